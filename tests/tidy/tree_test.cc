// Proves that every file of the project keeps the house rules, and that the rules over several
// files can fail. Reads the whole tree from the disk; the rules over several files also get small
// made-up trees.
#include "tests/tidy/tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/tidy/dependencies.h"
#include "tests/tidy/rules.h"

namespace alpr::tidy {
namespace {

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = load_tree(PROJECT_ROOT);
  return files;
}

Dependencies dependencies() {
  const auto file = std::find_if(tree().begin(), tree().end(), [](const SourceFile& f) {
    return f.path == "docs/dependencies.json";
  });
  return parse_dependencies(file == tree().end() ? std::string_view()
                                                 : std::string_view(file->text));
}

TEST(Tree, IsRead) {
  const auto sources = std::count_if(tree().begin(), tree().end(), is_cpp);
  EXPECT_GT(sources, 20);
  EXPECT_TRUE(std::none_of(tree().begin(), tree().end(),
                           [](const SourceFile& f) { return f.path.starts_with("build"); }));
}

TEST(Tree, EveryFileKeepsTheHouseRules) {
  for (const SourceFile& file : tree()) {
    const Findings findings = check_file(file);
    EXPECT_TRUE(findings.empty()) << describe(findings);
  }
}

TEST(Tree, EveryIncludeIsAnEdgeOfTheDependencies) {
  const Dependencies edges = dependencies();
  std::set<std::string> paths;
  for (const SourceFile& file : tree()) paths.insert(file.path);
  for (const SourceFile& file : tree()) {
    const Findings findings = check_includes(
        file, edges, [&](const std::string& path) { return paths.count(path) != 0; });
    EXPECT_TRUE(findings.empty()) << describe(findings);
  }
}

TEST(Tree, TheDependenciesGoOneWay) { EXPECT_TRUE(find_cycle(dependencies()).empty()); }

TEST(Tree, EveryRoomHasAReadme) {
  const Findings findings = check_readmes_exist(tree());
  EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(Tree, NoFileIsDead) {
  const Findings findings = check_no_dead_files(tree());
  EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(Tree, EveryLinkLeadsSomewhere) {
  const Findings findings = check_links(tree());
  EXPECT_TRUE(findings.empty()) << describe(findings);
}

TEST(TreeRules, ARoomWithoutReadmeIsFound) {
  EXPECT_EQ(check_readmes_exist({{"a/b.cc", ""}, {"c/d.cc", ""}, {"c/README.md", ""}}).size(), 1U);
  EXPECT_EQ(check_readmes_exist({{"tests/a/b.cc", ""}, {"tests/README.md", ""}}).size(), 0U);
}

TEST(TreeRules, ADeadFileIsFound) {
  const std::vector<SourceFile> files = {
      {"a/CMakeLists.txt", "add_library(a used.cc sub/used_too.cc not_unused.cc)"},
      {"a/used.cc", "#include \"a/used.h\"\n"},
      {"a/sub/used_too.cc", ""},
      {"a/used.h", ""},
      {"a/unused.cc", ""},
      {"a/unused.h", ""},
      {"a/not_unused.cc", ""}};
  const Findings findings = check_no_dead_files(files);
  ASSERT_EQ(findings.size(), 2U) << describe(findings);
  EXPECT_EQ(findings[0].path, "a/unused.cc");
  EXPECT_EQ(findings[1].path, "a/unused.h");
}

TEST(TreeRules, ALoopOverFilesNamesThem) {
  const std::vector<SourceFile> files = {
      {"a/CMakeLists.txt",
       "foreach(f one two)\n  add_executable(${f} ${f}_fuzz.cc)\nendforeach()\n"},
      {"a/one_fuzz.cc", ""},
      {"a/three_fuzz.cc", ""}};
  const Findings findings = check_no_dead_files(files);
  ASSERT_EQ(findings.size(), 1U) << describe(findings);
  EXPECT_EQ(findings[0].path, "a/three_fuzz.cc");
}

TEST(TreeRules, ADeadLinkIsFound) {
  const std::vector<SourceFile> files = {
      {"docs/a.md",
       "[b](b.md) [c](../c.md#part) [folder](../docs) [web](https://example.org/x) [no](no.md)\n"},
      {"docs/b.md", ""},
      {"c.md", ""}};
  const Findings findings = check_links(files);
  ASSERT_EQ(findings.size(), 1U) << describe(findings);
  EXPECT_EQ(findings[0].what, "no.md");
}

}  // namespace
}  // namespace alpr::tidy
