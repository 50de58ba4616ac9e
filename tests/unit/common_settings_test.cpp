#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "common/settings.hpp"

namespace suite {
namespace {

class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest() {
    settings_.text("name", name_, "a name");
    settings_.list("hosts", hosts_, "hosts");
    settings_.port("port", port_, "a port");
    settings_.integer("count", count_, -5, 10, "a number");
    settings_.milliseconds("pause-ms", pause_, 1, 1000, "a pause");
    settings_.optional_seconds("age-s", age_, 1, 60, "an age");
    settings_.choice("level", level_, {"low", "high"}, "a level");
    settings_.secret("key", key_, 8, "a secret");
  }
  ~SettingsTest() override {
    for (const auto& name : set_) unsetenv(name.c_str());
    std::filesystem::remove(file_);
  }

  void set(const std::string& name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
    set_.push_back(name);
  }
  std::string secret_file(const std::string& content) {
    std::ofstream(file_) << content;
    return file_;
  }
  Settings::Outcome parse(std::vector<const char*> flags = {}) {
    flags.insert(flags.begin(), "program");
    return settings_.parse(static_cast<int>(flags.size()), flags.data());
  }
  std::string refusal(std::vector<const char*> flags = {}) {
    try {
      parse(std::move(flags));
    } catch (const BadSetting& bad) {
      return bad.what();
    }
    return "nothing was refused";
  }

  std::string name_ = "default";
  std::vector<std::string> hosts_;
  std::uint16_t port_ = 80;
  std::int64_t count_ = 1;
  std::chrono::milliseconds pause_{5};
  std::optional<std::chrono::seconds> age_;
  std::string level_ = "low", key_;
  Settings settings_{"program", "UT_", "A program."};
  std::vector<std::string> set_;
  std::string file_ =
      (std::filesystem::temp_directory_path() / ("suite-settings-" + std::to_string(getpid()))).string();
};

TEST_F(SettingsTest, FlagsWinOverTheEnvironmentAndThatOverDefaults) {
  set("UT_NAME", "from the environment");
  set("UT_PAUSE_MS", "7");
  set("UT_LEVEL", "");
  EXPECT_EQ(parse({"--name", "from the flag", "--count=-5"}), Settings::Outcome::run);
  EXPECT_EQ(name_, "from the flag");
  EXPECT_EQ(pause_.count(), 7);
  EXPECT_EQ(count_, -5);
  EXPECT_EQ(level_, "low") << "an empty variable counts as unset";
  EXPECT_EQ(port_, 80);
  EXPECT_FALSE(age_);
}

TEST_F(SettingsTest, ListsAreTrimmed) {
  set("UT_HOSTS", " a , b,,c ");
  parse();
  EXPECT_EQ(hosts_, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(SettingsTest, ARefusalNamesTheSettingWhatWasGivenAndWhatIsAllowed) {
  const std::map<std::string, std::string> wrong{{"UT_PORT", "0"},      {"UT_COUNT", "11"},  {"UT_PAUSE_MS", "1s"},
                                                 {"UT_AGE_S", "never"}, {"UT_LEVEL", "Low"}, {"UT_HOSTS", " , "}};
  for (const auto& [variable, value] : wrong) {
    set(variable, value);
    const auto line = refusal();
    EXPECT_TRUE(line.starts_with(variable + " (--")) << line;
    EXPECT_NE(line.find("given \"" + value + "\"; allowed: "), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    unsetenv(variable.c_str());
  }
  EXPECT_NE(refusal({"--unheard-of"}).find("--help"), std::string::npos);
}

TEST_F(SettingsTest, SecretsComeFromAFileOrTheEnvironmentAndAreNotShown) {
  set("UT_KEY", "short");
  EXPECT_EQ(refusal().find("short"), std::string::npos) << refusal();
  set("UT_KEY", "long enough");
  parse();
  EXPECT_EQ(key_, "long enough");
  set("UT_KEY_FILE", secret_file("of the file\n"));
  parse();
  EXPECT_EQ(key_, "of the file") << "without the newline that editors add";
  set("UT_KEY_FILE", "/nowhere/key");
  EXPECT_NE(refusal().find("/nowhere/key"), std::string::npos);
  set("UT_KEY_FILE", "");
  EXPECT_NE(refusal({"--key", "on the command line"}), "nothing was refused") << "command lines are public";
}

TEST_F(SettingsTest, WhatIsRequiredIsDemandedAndWhatIsConfidentialHidden) {
  std::string url;
  settings_.text("url", url, "a URL");
  settings_.required("scheme://host");
  settings_.confidential();
  settings_.check([](const std::string& given) -> std::optional<std::string> {
    if (given.starts_with("scheme://")) return std::nullopt;
    return "scheme://host";
  });
  EXPECT_EQ(refusal(), "UT_URL (--url): not given; allowed: scheme://host");
  set("UT_URL", "other://user:word@host");
  EXPECT_EQ(refusal().find("word"), std::string::npos) << refusal();
  set("UT_URL", "scheme://user:word@host");
  parse();
  EXPECT_EQ(url, "scheme://user:word@host");
}

TEST_F(SettingsTest, HelpListsEverythingAndRunsNothing) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(parse({"--help"}), Settings::Outcome::done);
  const auto help = testing::internal::GetCapturedStdout();
  for (const auto* word : {"--pause-ms", "UT_PAUSE_MS", "a pause", "UT_KEY_FILE"}) {
    EXPECT_NE(help.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace suite
