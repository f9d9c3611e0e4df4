// Proves that each house rule finds what it is for and leaves good text alone.
// Every rule gets a made-up bad text and, beside it, the nearest good one.
#include "tests/tidy/rules.h"

#include <gtest/gtest.h>

namespace alpr::tidy {
namespace {

std::string repeated(const std::string& what, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += what;
  return out;
}

std::size_t count(const Findings& findings) { return findings.size(); }

TEST(Source, CodeOnlyBlanksCommentsAndLiteralsAndKeepsLines) {
  const std::string code = code_only(
      "int a = 1'000; // rand()\n/* x\ny */ f(\"a\\\"b\", 'q'); R\"z(\"rand()\n)z\"; g();\n");
  EXPECT_EQ(code,
            "int a = 1'000;          \n    \n     f(\"    \", ' '); R\"         \n)z\"; g();\n");
  EXPECT_EQ(lines_of(code).size(), 4U);
}

TEST(Source, LinesAreCountedWithAndWithoutALastLineFeed) {
  EXPECT_EQ(lines_of("").size(), 0U);
  EXPECT_EQ(lines_of("a").size(), 1U);
  EXPECT_EQ(lines_of("a\n").size(), 1U);
  EXPECT_EQ(lines_of("a\n\nb").size(), 3U);
}

TEST(Rules, LineLengthCountsCharactersNotBytes) {
  EXPECT_EQ(count(check_line_length({"a/b.cc", std::string(100, 'x') + "\n"})), 0U);
  EXPECT_EQ(count(check_line_length({"a/b.cc", std::string(101, 'x') + "\n"})), 1U);
  EXPECT_EQ(count(check_line_length({"a/b.cc", repeated("\xC3\xBC", 100)})), 0U);
  EXPECT_EQ(count(check_line_length({"a/b.cc", repeated("\xC3\xBC", 101)})), 1U);
  EXPECT_EQ(count(check_line_length({"a/b.md", std::string(101, 'x')})), 0U);
}

TEST(Rules, FileLengthStopsAt500Lines) {
  EXPECT_EQ(count(check_file_length({"a/b.cc", repeated("\n", 500)})), 0U);
  EXPECT_EQ(count(check_file_length({"a/b.cc", repeated("\n", 501)})), 1U);
}

TEST(Rules, FunctionLengthStopsAt70Lines) {
  const std::string body_70 = "int f(int a,\n      int b) {\n" + repeated("  a;\n", 70) + "}\n";
  const std::string body_71 = "int f() {\n" + repeated("  a;\n", 71) + "}\n";
  EXPECT_EQ(count(check_function_length({"a/b.cc", body_70})), 0U);
  EXPECT_EQ(count(check_function_length({"a/b.cc", body_71})), 1U);
  EXPECT_EQ(count(check_function_length({"a/b.cc", "namespace a {\n" + body_71 + "}\n"})), 1U);
  EXPECT_EQ(
      count(check_function_length({"a/b.h", "struct S {\n" + repeated("  int a;\n", 90) + "};\n"})),
      0U);
}

TEST(Rules, FunctionLengthLooksAtFunctionsAlone) {
  const std::string methods = "  int f() {\n" + repeated("    a;\n", 40) + "  }\n";
  const std::string a_class = "class C\n    : public B {\n" + methods + methods + "};\n";
  const std::string a_table = "const int t[] = {\n" + repeated("  1,\n", 90) + "};\n";
  EXPECT_EQ(count(check_function_length({"a/b.cc", a_class + a_table})), 0U);
  const std::string long_one = "C::C(int a)\n    : a_(a) {\n" + repeated("  a;\n", 71) + "}\n";
  EXPECT_EQ(count(check_function_length({"a/b.cc", a_class + "int a;\n" + long_one})), 1U);
}

TEST(Rules, FileNamesAreSnakeCase) {
  EXPECT_EQ(count(check_file_name({"a/good_name2.cc", ""})), 0U);
  EXPECT_EQ(count(check_file_name({"a/BadName.cc", ""})), 1U);
  EXPECT_EQ(count(check_file_name({"bad-name.h", ""})), 1U);
}

TEST(Rules, HeadersOpenWithACommentAndPragmaOnce) {
  EXPECT_EQ(count(check_header_opening({"a.h", "// What it is.\n#pragma once\nint a;\n"})), 0U);
  EXPECT_EQ(count(check_header_opening({"a.h", "#pragma once\nint a;\n"})), 1U);
  EXPECT_EQ(count(check_header_opening({"a.h", "// What it is.\nint a;\n#pragma once\n"})), 1U);
  EXPECT_EQ(count(check_header_opening({"a.h", "// What it is.\n"})), 1U);
  EXPECT_EQ(count(check_header_opening({"a.h", ""})), 2U);
}

TEST(Rules, TestsOpenWithTwoSentences) {
  EXPECT_EQ(count(check_test_opening({"a_test.cc", "// Proves a. By\n// doing b.\n"})), 0U);
  EXPECT_EQ(count(check_test_opening({"a_test.cc", "// Proves a, v1.2 of it.\n"})), 1U);
  EXPECT_EQ(count(check_test_opening({"a_test.cc", "#include <x>\n"})), 1U);
  EXPECT_EQ(count(check_test_opening({"a.cc", ""})), 0U);
}

TEST(Rules, TheWallClockIsAskedInOnePlace) {
  const std::string now = "auto t = std::chrono::system_clock::now();\n";
  EXPECT_EQ(count(check_banned_calls({"ledger/store/store.cc", now})), 1U);
  EXPECT_EQ(count(check_banned_calls({"ledger/store/clock.cc", now})), 0U);
  EXPECT_EQ(count(check_banned_calls({"policy/rules/a.cc", "auto t = time(nullptr);"})), 1U);
  EXPECT_EQ(count(check_banned_calls({"policy/rules/a.cc", "auto t = std::time(NULL);"})), 1U);
  EXPECT_EQ(count(check_banned_calls({"policy/rules/a.cc", "due_time(uploaded);"})), 0U);
  EXPECT_EQ(
      count(check_banned_calls({"policy/rules/a.cc", "// system_clock::now() is not asked\n"})),
      0U);
}

TEST(Rules, RandomnessComesFromOnePlace) {
  EXPECT_EQ(count(check_banned_calls({"tests/a.cc", "int a = std::rand();"})), 1U);
  EXPECT_EQ(count(check_banned_calls({"api/a.cc", "std::random_device d;"})), 1U);
  EXPECT_EQ(count(check_banned_calls({"api/a.cc", "operand(3);"})), 0U);
}

TEST(Rules, LibrariesDoNotPrint) {
  EXPECT_EQ(count(check_banned_calls({"ledger/store/a.cc", "std::printf(plate);"})), 1U);
  EXPECT_EQ(count(check_banned_calls({"ledger/store/a.cc", "std::cerr << plate;"})), 1U);
  EXPECT_EQ(count(check_banned_calls({"policy/a.cc", "fmt::print(\"{}\", plate);"})), 1U);
  EXPECT_EQ(count(check_banned_calls({"ledger/store/a.cc", "std::snprintf(a, 3, b);"})), 0U);
  EXPECT_EQ(count(check_banned_calls({"api/main.cc", "std::puts(a);"})), 0U);
}

TEST(Rules, NamespaceStdIsNotOpened) {
  EXPECT_EQ(count(check_banned_calls({"api/a.cc", "using namespace std;"})), 1U);
  EXPECT_EQ(count(check_banned_calls({"api/a.cc", "using namespace std::chrono_literals;"})), 0U);
}

TEST(Rules, UnitTestsDoNotSleep) {
  const std::string sleeping = "std::this_thread::sleep_for(1ms);";
  EXPECT_EQ(count(check_banned_calls({"tests/policy/a_test.cc", sleeping})), 1U);
  EXPECT_EQ(count(check_banned_calls({"tests/faults/a_test.cc", sleeping})), 0U);
}

TEST(Rules, CMakeNamesItsFiles) {
  EXPECT_EQ(count(check_banned_calls({"a/CMakeLists.txt", "file(GLOB all *.cc)\n"})), 1U);
  EXPECT_EQ(count(check_banned_calls({"a/CMakeLists.txt", "add_library(a a.cc) # no GLOB\n"})), 0U);
}

TEST(Rules, NothingSignedOrDecidedIsBinaryFloatingPoint) {
  EXPECT_EQ(count(check_floating_point({"policy/rules/a.cc", "double confidence;"})), 1U);
  EXPECT_EQ(count(check_floating_point({"ledger/chain/a.h", "float f();"})), 1U);
  EXPECT_EQ(count(check_floating_point({"ledger/chain/a.h", "// no double here\nint doubles;"})),
            0U);
  EXPECT_EQ(count(check_floating_point({"recognition/a.cc", "double angle;"})), 0U);
}

TEST(Rules, NoFileNamesAMachine) {
  EXPECT_EQ(count(check_machine_names({"docs/a.md", std::string("see /ho") + "me/somebody\n"})),
            1U);
  EXPECT_EQ(count(check_machine_names({"a.cc", std::string("\"/tm") + "p/x\"\n"})), 1U);
  EXPECT_EQ(count(check_machine_names({"docs/a.md", "see /var/lib/plateledger and attempt/x\n"})),
            0U);
}

TEST(Rules, NoFileIsMarkedUnfinished) {
  EXPECT_EQ(count(check_unfinished({"a.cc", std::string("// TO") + "DO: later\n"})), 1U);
  EXPECT_EQ(count(check_unfinished({"a.cc", std::string("TEST(A, DISA") + "BLED_B) {}\n"})), 1U);
  EXPECT_EQ(count(check_unfinished({"a.cc", "// All done.\n"})), 0U);
  EXPECT_EQ(count(check_unfinished({"a.cc", "mkdtemp(\"folder_XX" + std::string("XXXX\")\n")})),
            0U);
}

TEST(Rules, AFoldersReadmeIsShort) {
  EXPECT_EQ(count(check_readme({"a/README.md", repeated("x\n", 15)})), 0U);
  EXPECT_EQ(count(check_readme({"a/README.md", repeated("x\n", 16)})), 1U);
  EXPECT_EQ(count(check_readme({"a/README.md", "x\n"})), 1U);
  EXPECT_EQ(count(check_readme({"README.md", repeated("x\n", 90)})), 0U);
}

TEST(Rules, CheckFileRunsThemAll) {
  const std::string text = "double a = std::rand(); // " + std::string(100, 'x') + "\n";
  // line-length, file-name, header-comment, pragma-once, banned-call, floating-point
  const Findings findings = check_file({"policy/rules/Bad.h", text});
  EXPECT_EQ(count(findings), 6U) << describe(findings);
}

}  // namespace
}  // namespace alpr::tidy
