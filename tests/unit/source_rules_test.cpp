// The forms of co_await that g++ 12 miscompiles (docs/decisions/0001-coroutines.md) are nowhere in the sources: no
// compiler and no sanitizer says so, hence this.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

// Without comments and what texts say.
std::string bare(const std::string& source) {
  static const std::regex kComment("//[^\n]*");
  static const std::regex kText(R"("([^"\\\n]|\\.)*")");
  return std::regex_replace(std::regex_replace(source, kText, "\"\""), kComment, "");
}

// The statements of `source`, blanks made one: from one ; { or } to the next.
std::vector<std::string> statements_of(const std::string& source) {
  std::vector<std::string> found(1);
  int depth = 0;  // a for's semicolons end no statement
  for (const char c : bare(source)) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (depth <= 0 && (c == ';' || c == '{' || c == '}')) {
      depth = 0;
      found.emplace_back();
    } else if (!std::isspace(static_cast<unsigned char>(c))) {
      found.back() += c;
    } else if (!found.back().empty() && found.back().back() != ' ') {
      found.back() += ' ';
    }
  }
  return found;
}

// Up to the parenthesis that closes the one at `open`.
std::string_view inside(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == '(') ++depth;
    if (text[at] == ')' && --depth == 0) return text.substr(open + 1, at - open - 1);
  }
  return text.substr(open + 1);
}

// A condition awaits, and does not declare what it awaited: `if (const auto x = co_await f())` is well.
bool awaits_in_condition(const std::string& statement) {
  static const std::regex kKeyword(R"(\b(while|if|switch)\s*\()");
  static const std::regex kDeclared(R"((^|[^=!<>])=[^=]*$)");
  for (std::sregex_iterator found(statement.begin(), statement.end(), kKeyword), none; found != none; ++found) {
    const auto open = static_cast<std::size_t>(found->position() + found->length() - 1);
    const std::string condition(inside(statement, open));
    const auto await = condition.find("co_await");
    if (await != std::string::npos && !std::regex_search(condition.substr(0, await), kDeclared)) return true;
  }
  return false;
}

// && or || has an await as an operand.
bool awaits_in_short_cut(std::string_view statement) {
  constexpr std::string_view kAwait = "co_await";
  for (auto at = statement.find(kAwait); at != std::string_view::npos; at = statement.find(kAwait, at + 1)) {
    const auto before = statement.find_last_not_of(" !(", at == 0 ? 0 : at - 1);
    if (at > 0 && before != std::string_view::npos && before > 0) {
      const auto two = statement.substr(before - 1, 2);
      if (two == "&&" || two == "||") return true;
    }
    int depth = 0;
    for (auto end = at; end + 1 < statement.size() && depth >= 0; ++end) {
      const char c = statement[end];
      if (c == ';' || (depth == 0 && (c == ',' || c == '{'))) break;
      if (c == '(' || c == '{' || c == '[') ++depth;
      if (c == ')' || c == '}' || c == ']') --depth;
      const auto two = statement.substr(end, 2);
      if (depth == 0 && (two == "&&" || two == "||")) return true;
    }
  }
  return false;
}

// What is wrong with a statement; empty where nothing is.
std::string fault_of(const std::string& statement) {
  if (statement.find("co_await") == std::string::npos) return {};
  static const std::regex kChoice(R"(\?[^;]*co_await)");
  static const std::regex kChosenPointer(R"(co_await[^;]*\?[^;?]*\(\*)");
  if (awaits_in_condition(statement)) return "a condition that awaits";
  if (std::regex_search(statement, kChoice)) return "a choice between awaits";
  if (std::regex_search(statement, kChosenPointer)) return "an await on a choice that follows a pointer";
  return awaits_in_short_cut(statement) ? "an await beside && or ||" : "";
}

TEST(SourceRules, TheTestKnowsTheForms) {
  for (const auto* bad :
       {"while (co_await f())", "if (!co_await f())", "if (a == 1 && co_await f())", "x = a && co_await f()",
        "const bool done = co_await f() || later", "co_return c ? co_await a() : co_await b()",
        "while (more != co_await f())", "if (a) while (!co_await f(x))", "return f([&] { x = !co_await g() && h(); })",
        "co_await write(p ? buffer(*p) : nothing)"}) {
    EXPECT_NE(fault_of(bad), "") << bad;
  }
  for (const auto* good :
       {"const bool done = co_await f()", "if (const auto x = co_await f())", "co_return co_await f()",
        "co_await (listen() && pull_for_ever())", "while (done)", "if (auto reply = co_await g(a))",
        "const auto first = co_await (a.wait(x) || b.wait(y))", "if (a && b) co_await f(c && d)",
        "co_await f(a ? 1 : 2)", "if (!r.ended()) co_await r.wait(min(a, b))"}) {
    EXPECT_EQ(fault_of(good), "") << good;
  }
}

TEST(SourceRules, NoSourceHasThem) {
  std::size_t awaits = 0;
  for (const auto* folder : {"common", "edge_service/src", "web_service/src", "tests"}) {
    for (const auto& item : fs::recursive_directory_iterator(fs::path(SOURCE_DIR) / folder)) {
      const auto extension = item.path().extension();
      if (extension != ".cpp" && extension != ".hpp" && extension != ".ipp") continue;
      if (item.path().filename() == "source_rules_test.cpp") continue;
      std::ifstream file(item.path());
      for (const auto& statement : statements_of({std::istreambuf_iterator<char>(file), {}})) {
        awaits += statement.find("co_await") != std::string::npos;
        EXPECT_EQ(fault_of(statement), "") << item.path() << ": " << statement;
      }
    }
  }
  EXPECT_GT(awaits, 50U) << "the sources were not found";
}

}  // namespace
