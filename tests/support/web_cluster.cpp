#include "tests/support/web_cluster.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <pqxx/connection>
#include <pqxx/nontransaction>

#include "tests/support/web_child.hpp"

namespace web_test {
namespace {

std::string bindir() {
  std::string path = run({"pg_config", "--bindir"});
  path.erase(path.find_last_not_of('\n') + 1);
  return path;
}

std::string made_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "web-test-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  return name;
}

}  // namespace

Cluster& Cluster::instance() {
  static Cluster cluster;
  return cluster;
}

Cluster::Cluster() : folder_(made_folder()) {
  if (geteuid() == 0) run({"chown", "postgres", folder_});
  as_postgres({"initdb", "-D", folder_ + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
               "--no-sync"});
  std::ofstream(folder_ + "/data/postgresql.conf", std::ios::app)
      << "listen_addresses = ''\nunix_socket_directories = '" << folder_ << "'\nfsync = off\nlog_min_messages = fatal\n";
  start();
  psql("postgres", "postgres", {"-f", SOURCE_DIR "/db/roles.sql"});
  for (const auto* file : {"edge", "schema", "resources", "demo"}) {
    psql("blog_owner", "blog", {"-f", std::string(SOURCE_DIR "/db/") + file + ".sql"});
  }
}

Cluster::~Cluster() {
  try {
    stop("immediate");
    std::filesystem::remove_all(folder_);
  } catch (const std::exception&) {
    // What remains is a stopped test's own folder.
  }
}

void Cluster::start() {
  as_postgres({"pg_ctl", "-D", folder_ + "/data", "-l", folder_ + "/log", "-w", "-s", "start"});
}

void Cluster::stop(const std::string& mode) {
  as_postgres({"pg_ctl", "-D", folder_ + "/data", "-m", mode, "-w", "-s", "stop"});
}

std::string Cluster::clone_blog() {
  const std::string name = "blog_" + std::to_string(++clones_);
  pqxx::connection connection(url("postgres", "postgres"));
  pqxx::nontransaction(connection).exec("CREATE DATABASE " + name + " TEMPLATE blog OWNER blog_owner");
  return name;
}

std::string Cluster::url(const std::string& role, const std::string& database) const {
  return "host=" + folder_ + " user=" + role + " dbname=" + database;
}

// A server is not to be run by root: where the test is, its programs are run by postgres.
void Cluster::as_postgres(std::vector<std::string> command) const {
  command[0] = bindir() + "/" + command[0];
  if (geteuid() == 0) command.insert(command.begin(), {"runuser", "-u", "postgres", "--"});
  run(command);
}

void Cluster::psql(const std::string& role, const std::string& database, const std::vector<std::string>& more) const {
  std::vector<std::string> command{"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", url(role, database)};
  command.insert(command.end(), more.begin(), more.end());
  run(command);
}

}  // namespace web_test
