// The web console as the node serves it: files that are read once, at the start. Pure but for that.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "admin/http/http_message.hpp"

namespace warmfront::admin {

/// A file of the console.
struct console_file {
  std::string path;         ///< of the request: `/assets/index-D3adB33f.js`
  std::string content_type; ///< by the name's ending
  std::string octets;
  std::string compressed; ///< by gzip; empty: it is served as it is
  std::string tag;        ///< strong, of the octets; without quotation marks
};

/// What a browser gets under `/`: files by their exact names, and the one page for every address
/// that is a page of the console. Requests never become names of files.
class console_site {
public:
  /// No files: every page says how to build them.
  console_site() = default;
  /// @pre the paths differ, and one is `/index.html` or there are none.
  explicit console_site(std::vector<console_file> files);

  /// Reads all files below `directory`; `NAME.gz` is NAME compressed.
  /// @returns an error naming the file that cannot be read, is too large, or is missing.
  [[nodiscard]] static result<console_site> load(const std::filesystem::path& directory);

  /// The answer, when the request is for the console: GET or HEAD of a file, of `/`, or, from who
  /// accepts HTML, of a path that is no resource of the API.
  [[nodiscard]] std::optional<http_response> answer(const http_request& request) const;

  [[nodiscard]] std::size_t files() const noexcept { return files_.size(); }

private:
  [[nodiscard]] http_response serve(const console_file& file, const http_request& request) const;

  std::map<std::string, console_file, std::less<>> files_;
};

/// Where the console is when the configuration does not say: beside the program as packages have
/// it, then in the build tree. Empty: nowhere.
[[nodiscard]] std::filesystem::path find_console(const std::filesystem::path& program);

} // namespace warmfront::admin
