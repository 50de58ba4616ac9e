// Runs one statement with bound parameters: the one place that knows which libpqxx it is compiled with.
#pragma once

#include <optional>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <pqxx/transaction>
#include <pqxx/version>
#include <string>

namespace suite::web::sql {

// A null where there is no value. The text it points to must outlive the call.
inline const char* or_null(const std::optional<std::string>& text) { return text ? text->c_str() : nullptr; }

template <typename... Parameters>
pqxx::result run(pqxx::transaction_base& transaction, const char* statement, const Parameters&... parameters) {
#if PQXX_VERSION_MAJOR >= 7
  return transaction.exec(pqxx::zview(statement), pqxx::params(parameters...));
#else
  return transaction.exec_params(statement, parameters...);
#endif
}

}  // namespace suite::web::sql
