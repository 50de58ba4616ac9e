// A PostgreSQL cluster of this process: reachable through a socket in its own folder only, gone with the process.
#pragma once

#include <string>
#include <vector>

namespace web_test {

class Cluster {
 public:
  // The one of this process, with a template of the blog's database in it (schema, resources, demo users).
  static Cluster& instance();

  std::string clone_blog();  // a fresh database; its name
  std::string url(const std::string& role, const std::string& database) const;

  void start();
  void stop(const std::string& mode = "fast");  // smart, fast, immediate

  Cluster(const Cluster&) = delete;
  ~Cluster();

 private:
  Cluster();
  void as_postgres(std::vector<std::string> command) const;
  void psql(const std::string& role, const std::string& database, const std::vector<std::string>& more) const;

  std::string folder_;
  int clones_ = 0;
};

}  // namespace web_test
