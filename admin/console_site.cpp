#include "admin/console_site.hpp"

#include <array>
#include <cassert>
#include <fstream>
#include <iterator>
#include <utility>

#include "admin/api/router.hpp"
#include "admin/tencent/keyed_hash.hpp"

namespace warmfront::admin {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t console_files_max = 1000;
constexpr std::uintmax_t console_octets_max = 16 * 1024 * 1024;
constexpr std::string_view index_path = "/index.html";
/// Where the build puts what has a hash of its content in its name.
constexpr std::string_view hashed_prefix = "/assets/";
/// Shows mails: in a frame without an origin, where styles are as mails have them.
constexpr std::string_view preview_path = "/preview.html";

constexpr std::string_view console_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";
constexpr std::string_view preview_policy =
    "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> content_types{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
}};

constexpr std::string_view how_to_build =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<title>Warmfront: the console is not built</title>\n"
    "<h1>The console is not built</h1>\n"
    "<p>This node runs; its REST interface is at <a href=\"/openapi.json\">/openapi.json</a>, and\n"
    "<code>warmfront</code> is its command line. The console's files were not found when it "
    "started.</p>\n"
    "<p>In a source tree: <code>./dev build console</code>, then start the node again. Elsewhere: "
    "give their folder in <code>node.toml</code>, <code>[http] console</code>.</p>\n</html>\n";

std::string content_type_of(std::string_view path) {
  for (const auto& [ending, type] : content_types)
    if (path.ends_with(ending))
      return std::string{type};
  return "application/octet-stream";
}

/// Whether a comma-separated field names a value; parameters and `W/` do not count.
bool names_value(const std::string* field, std::string_view wanted) {
  if (field == nullptr)
    return false;
  std::string_view rest{*field};
  while (!rest.empty()) {
    auto one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    one.remove_prefix(std::min(one.find_first_not_of(" \t"), one.size()));
    if (one.starts_with("W/"))
      one.remove_prefix(2);
    const auto end = one.find_first_of("; \t");
    // A coding that is offered with quality zero is refused.
    const bool is_refused =
        end != std::string_view::npos && (one.substr(end).find("q=0") != std::string_view::npos &&
                                          one.substr(end).find("q=0.") == std::string_view::npos);
    if (one.substr(0, end) == wanted && !is_refused)
      return true;
  }
  return false;
}

http_response with_policy(http_response response, std::string_view policy) {
  response.headers.emplace_back("Content-Security-Policy", policy);
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  return response;
}

/// Whether somebody wants to look at a page: no resource of the API has that path.
bool is_page(std::string_view path, const http_request& request) {
  if (path == "/" || path == index_path)
    return true;
  if (path.starts_with("/v1/") || path == "/v1" || path.starts_with(hashed_prefix) ||
      !names_value(request.header("accept"), "text/html"))
    return false;
  const auto found = find_route(request.method, request.target);
  const auto* const refusal = std::get_if<http_response>(&found);
  return refusal != nullptr && refusal->status == 404;
}

error unreadable_console(const fs::path& path, std::string why) {
  return {errc::invalid_argument, "the console's file " + path.string() + ' ' + std::move(why),
          "build the console again, or give its folder in [http] console", "http.console"};
}

result<std::string> read_console_file(const fs::path& path) {
  std::ifstream stream{path, std::ios::binary};
  std::string octets{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream.good() && !stream.eof())
    return unreadable_console(path, "cannot be read");
  return octets;
}

/// The regular files below a folder, with the paths by which they are asked for.
result<std::vector<std::pair<std::string, fs::path>>> console_names(const fs::path& directory) {
  std::vector<std::pair<std::string, fs::path>> names;
  std::error_code failure;
  std::uintmax_t octets = 0;
  fs::recursive_directory_iterator entry{directory, failure};
  for (; !failure && entry != fs::recursive_directory_iterator{}; entry.increment(failure)) {
    if (!entry->is_regular_file(failure) || failure)
      continue;
    names.emplace_back('/' + fs::relative(entry->path(), directory, failure).generic_string(),
                       entry->path());
    octets += entry->file_size(failure);
    if (names.size() > console_files_max || octets > console_octets_max)
      return unreadable_console(entry->path(), "is one too many: this is not the console's folder");
  }
  if (failure)
    return unreadable_console(directory, "cannot be read: " + failure.message());
  return names;
}

} // namespace

console_site::console_site(std::vector<console_file> files) {
  for (auto& each : files) {
    auto path = each.path;
    files_.emplace(std::move(path), std::move(each));
  }
  assert(files_.empty() || files_.contains(index_path));
}

result<console_site> console_site::load(const fs::path& directory) {
  WARMFRONT_TRY(names, console_names(directory));
  std::map<std::string, console_file> files;
  for (const auto& [path, where] : names) {
    WARMFRONT_TRY(octets, read_console_file(where));
    if (path.ends_with(".gz")) {
      files[path.substr(0, path.size() - 3)].compressed = std::move(octets);
      continue;
    }
    auto& file = files[path];
    file.path = path;
    file.content_type = content_type_of(path);
    file.tag = tencent::to_hex(tencent::sha256(octets)).substr(0, 32);
    file.octets = std::move(octets);
  }
  if (!files.contains(std::string{index_path}))
    return unreadable_console(directory / "index.html", "is missing");
  std::vector<console_file> whole;
  for (auto& [path, file] : files)
    if (!file.path.empty())
      whole.push_back(std::move(file));
  return console_site{std::move(whole)};
}

std::optional<http_response> console_site::answer(const http_request& request) const {
  if (request.method != "GET" && request.method != "HEAD")
    return std::nullopt;
  const std::string_view target{request.target};
  const auto path = target.substr(0, target.find('?'));
  if (const auto found = files_.find(path); found != files_.end())
    return serve(found->second, request);
  if (!is_page(path, request))
    return std::nullopt;
  if (const auto index = files_.find(index_path); index != files_.end())
    return serve(index->second, request);
  return with_policy({503, "text/html; charset=utf-8", std::string{how_to_build}, {}},
                     console_policy);
}

http_response console_site::serve(const console_file& file, const http_request& request) const {
  const bool packed =
      !file.compressed.empty() && names_value(request.header("accept-encoding"), "gzip");
  // Two codings of one file are two things to a strong comparison.
  const auto tag = '"' + file.tag + (packed ? "-gzip" : "") + '"';
  const bool is_hashed = file.path.starts_with(hashed_prefix);
  http_response response{200, file.content_type, {}, {}};
  response.headers = {
      {"ETag", tag},
      {"Cache-Control", is_hashed ? "public, max-age=31536000, immutable" : "no-cache"},
  };
  if (!file.compressed.empty())
    response.headers.emplace_back("Vary", "Accept-Encoding");
  if (names_value(request.header("if-none-match"), tag)) {
    response.status = 304;
  } else {
    response.body = packed ? file.compressed : file.octets;
    if (packed)
      response.headers.emplace_back("Content-Encoding", "gzip");
  }
  return with_policy(std::move(response),
                     file.path == preview_path ? preview_policy : console_policy);
}

fs::path find_console(const fs::path& program) {
  const auto folder = program.parent_path();
  for (const auto& each : {folder / "../share/warmfront/console", folder / "../../console"}) {
    std::error_code failure;
    if (const auto found = each.lexically_normal();
        fs::is_regular_file(found / "index.html", failure))
      return found;
  }
  return {};
}

} // namespace warmfront::admin
