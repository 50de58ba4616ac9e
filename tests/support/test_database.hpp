// A PostgreSQL cluster of this process and the databases in it.
//
// Owner     The process: the cluster is made on first use and is gone with the process, however its tests end.
// Reach     A socket in the cluster's own folder, so that clusters beside each other share no port; a port only for
//           tests that ask for one.
#pragma once

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace suite::test {

class TestCluster {
 public:
  static TestCluster& instance();

  // As a connection URL.
  std::string url(const std::string& role, const std::string& database) const;
  // Where the server listens at 127.0.0.1 as well; asked for the first time, it is restarted for it.
  std::uint16_t tcp_port();

  void start();
  void stop(const std::string& mode);  // smart, fast, immediate
  void kill_postmaster();              // kill -9; waits until the other processes have gone too
  // Puts a setting into force that needs no restart.
  void set(const std::string& name, const std::string& value) const;

  // A fresh copy of the blog's database (edge schema, tables, resources, no rows); its name.
  std::string clone();

  TestCluster(const TestCluster&) = delete;
  ~TestCluster();

 private:
  TestCluster();
  void as_postgres(std::vector<std::string> command) const;
  void install();

  std::string folder_;
  std::uint16_t tcp_port_ = 0;
  int clones_ = 0;
};

// One connection. Statements that fail throw std::runtime_error with the server's words.
class Sql {
 public:
  explicit Sql(const std::string& url);

  using Row = std::vector<std::optional<std::string>>;
  std::vector<Row> rows(const std::string& statements);  // of the last statement
  std::string value(const std::string& statements);      // its first field; "" for NULL or no row
  void operator()(const std::string& statements) { rows(statements); }
  bool connected() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
  // Channels of the notifications that were sent to this session until now, each once per notification.
  std::vector<std::string> notifications();

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, Finish> connection_;
};

// A database of its own for one test.
class TestDatabase {
 public:
  // A resource's entries: key as JSON text → value.
  using Entries = std::map<std::string, nlohmann::json>;

  TestDatabase() : name_(TestCluster::instance().clone()) {}

  std::string url(const std::string& role) const { return TestCluster::instance().url(role, name_); }
  const std::string& name() const { return name_; }

  // Each call a connection of its own, as the owner of the blog or as superuser; the last statement's first field.
  std::string sql(const std::string& statements) const { return Sql(url("blog_owner")).value(statements); }
  std::string admin(const std::string& statements) const { return Sql(url("postgres")).value(statements); }
  // The same written by plain psql.
  void psql(const std::string& statements) const;

  // What a view shows; `rest` filters, orders and limits it.
  Entries view(const std::string& view, const std::string& rest = {}, const std::string& key = "id") const;

 private:
  std::string name_;
};

}  // namespace suite::test
