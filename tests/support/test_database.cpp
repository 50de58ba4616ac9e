#include "tests/support/test_database.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/process.hpp"

namespace suite::test {
namespace {

std::string bindir() {
  std::string path = run({"pg_config", "--bindir"});
  path.erase(path.find_last_not_of('\n') + 1);
  return path;
}

std::string made_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "suite-test-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  return name;
}

}  // namespace

TestCluster& TestCluster::instance() {
  static TestCluster cluster;
  return cluster;
}

TestCluster::TestCluster() : folder_(made_folder()) {
  if (geteuid() == 0) run({"chown", "postgres", folder_});
  as_postgres({"initdb", "-D", folder_ + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
               "--no-sync"});
  std::ofstream(folder_ + "/data/postgresql.conf", std::ios::app)
      << "listen_addresses = ''\nunix_socket_directories = '" << folder_
      << "'\nfsync = off\nmax_prepared_transactions = 10\n";
  start();
  install();
}

TestCluster::~TestCluster() {
  try {
    stop("immediate");
    std::filesystem::remove_all(folder_);
  } catch (const std::exception&) {
    // What remains is a stopped test's own folder.
  }
}

void TestCluster::start() {
  as_postgres({"pg_ctl", "-D", folder_ + "/data", "-l", folder_ + "/log", "-w", "-s", "start"});
}

void TestCluster::stop(const std::string& mode) {
  as_postgres({"pg_ctl", "-D", folder_ + "/data", "-m", mode, "-w", "-s", "stop"});
}

void TestCluster::kill_postmaster() {
  std::string pid;
  if (!(std::ifstream(folder_ + "/data/postmaster.pid") >> pid)) throw std::runtime_error("no server is running");
  std::vector<pid_t> processes{std::stoi(pid)};
  std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
  for (pid_t child = 0; children >> child;) processes.push_back(child);
  kill(processes.front(), SIGKILL);
  const bool gone = eventually(
      [&] { return std::none_of(processes.begin(), processes.end(), [](pid_t each) { return kill(each, 0) == 0; }); });
  if (!gone) throw std::runtime_error("processes of the killed server remain");
}

std::uint16_t TestCluster::tcp_port() {
  if (tcp_port_ == 0) {
    stop("fast");
    tcp_port_ = free_port();
    std::ofstream(folder_ + "/data/postgresql.conf", std::ios::app)
        << "listen_addresses = '127.0.0.1'\nport = " << tcp_port_ << "\n";
    start();
  }
  return tcp_port_;
}

void TestCluster::set(const std::string& name, const std::string& value) const {
  Sql sql(url("postgres", "postgres"));
  sql("ALTER SYSTEM SET " + name + " = '" + value + "'");
  sql("SELECT pg_reload_conf()");
}

void TestCluster::install() {
  const std::vector<std::string> psql{"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"};
  const auto script = [&](const std::string& role, const std::string& database, const std::string& name) {
    auto command = psql;
    command.insert(command.end(), {url(role, database), "-f", SOURCE_DIR "/db/" + name});
    run(command);
  };
  script("postgres", "postgres", "roles.sql");
  for (const auto* name : {"edge.sql", "schema.sql", "resources.sql"}) script("blog_owner", "blog", name);
  // An edge's reports of itself would be versions between those that a test writes.
  Sql(url("blog_owner", "blog"))("SELECT edge.unpublish('nodes')");
}

std::string TestCluster::clone() {
  const std::string name = "blog_" + std::to_string(++clones_);
  Sql(url("postgres", "postgres"))("CREATE DATABASE " + name + " TEMPLATE blog OWNER blog_owner");
  return name;
}

std::string TestCluster::url(const std::string& role, const std::string& database) const {
  return "postgresql://" + role + "@/" + database + "?host=" + folder_ +
         (tcp_port_ == 0 ? "" : "&port=" + std::to_string(tcp_port_));
}

// A server is not to be run by root: where the test is, its programs are run by postgres.
void TestCluster::as_postgres(std::vector<std::string> command) const {
  command[0] = bindir() + "/" + command[0];
  if (geteuid() == 0) command.insert(command.begin(), {"runuser", "-u", "postgres", "--"});
  run(command);
}

Sql::Sql(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection_.get()));
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  rows("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 1");
}

std::vector<Sql::Row> Sql::rows(const std::string& statements) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_.get(), statements.c_str()), PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    throw std::runtime_error(PQerrorMessage(connection_.get()) + statements.substr(0, 200));
  }
  std::vector<Row> rows(static_cast<std::size_t>(PQntuples(result.get())));
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      rows[static_cast<std::size_t>(row)].push_back(
          PQgetisnull(result.get(), row, column) ? std::nullopt : std::optional(PQgetvalue(result.get(), row, column)));
    }
  }
  return rows;
}

std::string Sql::value(const std::string& statements) {
  const auto found = rows(statements);
  return found.empty() || found[0].empty() ? std::string() : found[0][0].value_or("");
}

std::vector<std::string> Sql::notifications() {
  rows("SELECT 1");  // what was sent before has come with the answer
  std::vector<std::string> channels;
  while (PGnotify* const next = PQnotifies(connection_.get())) {
    channels.emplace_back(next->relname);
    PQfreemem(next);
  }
  return channels;
}

void TestDatabase::psql(const std::string& statements) const {
  run({"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", url("blog_owner"), "-c", statements});
}

TestDatabase::Entries TestDatabase::view(const std::string& view, const std::string& rest,
                                         const std::string& key) const {
  Entries entries;
  Sql sql(url("blog_owner"));
  const auto rows = sql.rows("SELECT to_json(x." + key + ")::text, to_json(x)::text FROM (SELECT * FROM " + view + " " +
                             rest + ") x");
  for (const auto& row : rows) entries[row[0].value()] = nlohmann::json::parse(row[1].value());
  return entries;
}

}  // namespace suite::test
