// The house rules that a machine can check: layers, fences, sizes, words. Reads the source tree.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/source_text.hpp"

using namespace warmfront::testing;

namespace {

namespace fs = std::filesystem;

struct source_file {
  std::string path; ///< from the root, `net/smtp/reply.hpp`
  std::vector<std::string> lines;
  std::string code; ///< comments and literals blanked, line structure kept
};

bool starts_with_any(std::string_view text, const std::vector<std::string_view>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

const std::vector<std::string> rooms{"actors", "storage",        "net",
                                     "admin",  "cluster-config", "tests"};

bool is_source(const fs::path& path) {
  const auto extension = path.extension().string();
  return extension == ".cpp" || extension == ".hpp" || extension == ".h";
}

fs::path root() {
  return WARMFRONT_SOURCE_ROOT;
}

source_file read_source(const fs::path& path) {
  source_file file;
  file.path = fs::relative(path, root()).generic_string();
  std::ifstream stream{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  file.code = without_literals(text);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    file.lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return file;
}

const std::vector<source_file>& sources() {
  static const std::vector<source_file> files = [] {
    std::vector<source_file> found;
    for (const auto& room : rooms)
      for (const auto& entry : fs::recursive_directory_iterator{root() / room})
        if (entry.is_regular_file() && is_source(entry.path()) &&
            entry.path().generic_string().find("node_modules") == std::string::npos)
          found.push_back(read_source(entry.path()));
    std::sort(found.begin(), found.end(),
              [](const source_file& a, const source_file& b) { return a.path < b.path; });
    return found;
  }();
  return files;
}

/// Collects violations, so that one run shows all of them.
class report {
public:
  void add(const std::string& path, std::size_t line, const std::string& what) {
    text_ += "\n" + path + ':' + std::to_string(line) + ": " + what;
  }
  ~report() {
    INFO(text_);
    CHECK(text_.empty());
  }

private:
  std::string text_;
};

bool is_test(const source_file& file) {
  return file.path.starts_with("tests/");
}

struct include {
  std::size_t line;
  std::string target;
  bool ours; ///< in quotes
};

std::vector<include> includes_of(const source_file& file) {
  std::vector<include> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const auto& line = file.lines[i];
    if (!line.starts_with("#include "))
      continue;
    const auto begin = line.find_first_of("<\"") + 1;
    const auto end = line.find_first_of(">\"", begin);
    if (begin != 0 && end != std::string::npos)
      found.push_back({i + 1, line.substr(begin, end - begin), line[begin - 1] == '"'});
  }
  return found;
}

/// What a file may include of ours: prefixes of paths. Arrows point down only.
std::vector<std::string_view> layers_below(std::string_view path) {
  if (path.starts_with("actors/core/"))
    return {"actors/core/"};
  if (path.starts_with("actors/messages/"))
    return {"actors/core/",      "actors/messages/",           "storage/copies.hpp",
            "storage/spool.hpp", "net/mime/mail_template.hpp", "actors/recurring/recurrence.hpp",
            "net/trust/"};
  if (path.starts_with("storage/"))
    return {"actors/core/", "storage/"};
  if (path.starts_with("net/"))
    return {"actors/core/", "net/"};
  if (path.starts_with("cluster-config/"))
    return {"actors/core/", "cluster-config/"};
  if (path.starts_with("actors/node/"))
    return {"actors/", "storage/", "net/", "cluster-config/"};
  if (path.starts_with("actors/") && std::count(path.begin(), path.end(), '/') > 1)
    return {"actors/", "storage/", "net/"};
  return {"actors/", "storage/", "net/", "cluster-config/", "admin/"}; // admin and the mains
}

struct fence {
  std::vector<std::string_view> libraries;
  std::vector<std::string_view> allowed; ///< prefixes of paths
};

const std::vector<fence> fences{
    {{"caf/"},
     {"actors/messages/", "actors/node/", "actors/main.cpp", "admin/service.",
      "actors/cluster/caf_link."}},
    {{"rocksdb/"}, {"storage/rocks/"}},
    {{"boost/asio", "boost/beast"}, {"net/asio/", "admin/http/"}},
    {{"cpprest/", "pplx/"}, {"storage/etcd/", "admin/cli/"}},
    {{"gmime/"}, {"net/mime/", "net/reports/"}},
    {{"curl/"}, {"net/curl/"}},
    {{"gumbo.h"}, {"net/html/"}},
    {{"libpsl.h"}, {"net/dmarc/"}},
    {{"libical/"}, {"actors/recurring/"}},
    {{"kainjow/"}, {"net/mime/template_text.cpp"}},
    {{"toml++/"}, {"cluster-config/", "admin/cli/"}},
};

bool is_actor_shell(std::string_view path) {
  return path.find("_actor.") != std::string_view::npos ||
         path.find("_actor_") != std::string_view::npos;
}

/// Every occurrence of a word, with its line.
void find_word(const source_file& file, const std::string& word, const std::string& why,
               report& violations) {
  for (std::size_t i = 0; i < file.lines.size(); ++i)
    for (auto at = file.lines[i].find(word); at != std::string::npos;
         at = file.lines[i].find(word, at + 1)) {
      const auto end = at + word.size();
      const bool whole = (at == 0 || !is_word_octet(file.lines[i][at - 1])) &&
                         (end == file.lines[i].size() || !is_word_octet(file.lines[i][end]));
      if (whole)
        violations.add(file.path, i + 1, why);
    }
}

} // namespace

TEST_CASE("tidy: the checks see what they look for", "[tidy]") {
  const std::string body(61 - 2, '\n');
  const auto longest = [](const std::string& text) {
    std::size_t lines = 0;
    for (const auto& function : functions_of(without_literals(text)))
      lines = std::max(lines, function.lines);
    return lines;
  };
  CHECK(longest("int f(int a) {\n" + body + "}\n") == 61);
  CHECK(longest("namespace a {\nstruct b : c {\nb() : x_{1}, y_{f()} {\n" + body + "}\n};\n}") ==
        61);
  CHECK(longest("a::a(int b)\n    : c_{b} {\n" + body + "}") == 61);
  CHECK(longest("auto f() -> std::size_t {\n" + body + "}\n") == 61);
  CHECK(longest("auto f() -> result<int> {\n" + body + "}\n") == 61);
  CHECK(longest("struct a {\n" + body + "};\nenum class b : int {\n" + body + "};") == 0);
  CHECK(longest("const int table[] = {\n" + body + "};\nint f() { return 1; }") == 1);
  CHECK(longest("#define X(a) {\nint f() {\nauto s = \"}\"; // }\nchar c = '}';\n}") == 4);
  CHECK(longest("int f() {\nauto s = R\"x(}\"))x\";\nint n = 1'000;\n}") == 4);
  CHECK(longest("bool operator==(const a&) const noexcept { return true; }\n") == 1);
  CHECK(longest("TEST_CASE(\"x\", \"[y]\") {\n" + body + "}") == 61);
  CHECK(sources().size() > 10);
}

TEST_CASE("tidy: includes point down the layers", "[tidy]") {
  report violations;
  for (const auto& file : sources()) {
    const auto below = layers_below(file.path);
    for (const auto& each : includes_of(file))
      if (!is_test(file) && each.ours && each.target.find('/') == std::string::npos)
        violations.add(file.path, each.line, "include from the root, not " + each.target);
      else if (!is_test(file) && each.ours && !starts_with_any(each.target, below) &&
               !each.target.ends_with(".pb.h"))
        violations.add(file.path, each.line, each.target + " is not below this layer");
  }
}

TEST_CASE("tidy: libraries stay behind their fences", "[tidy]") {
  report violations;
  for (const auto& file : sources())
    for (const auto& each : includes_of(file))
      for (const auto& fence : fences) {
        const bool shell = fence.libraries.front() == "caf/" && is_actor_shell(file.path);
        if (!is_test(file) && !each.ours && starts_with_any(each.target, fence.libraries) &&
            !starts_with_any(file.path, fence.allowed) && !shell)
          violations.add(file.path, each.line, '<' + each.target + "> is fenced off here");
      }
}

TEST_CASE("tidy: clocks are read through the clock given", "[tidy]") {
  report violations;
  for (const auto& file : sources()) {
    if (is_test(file) || file.path == "actors/core/clock.cpp")
      continue;
    std::size_t line = 1;
    for (std::size_t at = 0; at < file.code.size(); ++at) {
      line += file.code[at] == '\n' ? 1 : 0;
      if (file.code.compare(at, 12, "_clock::now(") == 0)
        violations.add(file.path, line, "reads the machine's clock");
    }
  }
}

TEST_CASE("tidy: functions have at most 60 lines", "[tidy]") {
  report violations;
  for (const auto& file : sources())
    for (const auto& function : functions_of(file.code))
      if (function.lines > 60)
        violations.add(file.path, function.line,
                       "a function of " + std::to_string(function.lines) + " lines");
}

TEST_CASE("tidy: files have at most 400 lines, lines at most 100 columns", "[tidy]") {
  report violations;
  for (const auto& file : sources()) {
    if (file.lines.size() > 400)
      violations.add(file.path, 1, std::to_string(file.lines.size()) + " lines");
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const auto columns = std::count_if(file.lines[i].begin(), file.lines[i].end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
      });
      if (columns > 100)
        violations.add(file.path, i + 1, std::to_string(columns) + " columns");
    }
  }
}

TEST_CASE("tidy: headers are included once", "[tidy]") {
  report violations;
  for (const auto& file : sources())
    if (!file.path.ends_with(".cpp") &&
        std::find(file.lines.begin(), file.lines.end(), "#pragma once") == file.lines.end())
      violations.add(file.path, 1, "has no #pragma once");
}

TEST_CASE("tidy: no file is a place for anything, nothing is left to do later", "[tidy]") {
  report violations;
  for (const auto& file : sources()) {
    const auto name = fs::path{file.path}.filename().string();
    for (const char* vague : {"helper", "manager", "util"})
      if (name.find(vague) != std::string::npos)
        violations.add(file.path, 1, "a name that says nothing: " + std::string{vague});
    // Joined here, so that this file does not accuse itself.
    for (const auto& word :
         {std::string{"TO"} + "DO", std::string{"FIX"} + "ME", std::string{"X"} + "XX"})
      find_word(file, word, "open an issue instead of " + word, violations);
    if (is_test(file))
      find_word(file, std::string{"sleep"} + "_for", "tests wait for events, not for time",
                violations);
  }
}

TEST_CASE("tidy: each folder says what it is for, in at most 40 lines", "[tidy]") {
  report violations;
  std::set<std::string> folders{"tests"};
  for (const auto& file : sources()) {
    const auto folder = fs::path{file.path}.parent_path().generic_string();
    // Folders of tests that mirror a folder of sources are explained there.
    const bool mirror = folder.starts_with("tests/") && exists(root() / folder.substr(6));
    if (!mirror && folder != "tests/core")
      folders.insert(folder);
  }
  for (const auto& folder : folders) {
    std::ifstream readme{root() / folder / "README.md"};
    const auto lines = std::count(std::istreambuf_iterator<char>{readme}, {}, '\n');
    if (lines == 0)
      violations.add(folder + "/README.md", 1, "is missing");
    else if (lines > 40)
      violations.add(folder + "/README.md", 41, std::to_string(lines) + " lines");
  }
}
