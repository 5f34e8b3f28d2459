// The web console's files: how they are found, cached and refused.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "admin/console_site.hpp"

using namespace warmfront;

namespace {

namespace fs = std::filesystem;

/// A folder of its own, gone with the test.
class console_folder {
public:
  console_folder() {
    std::string pattern = (fs::temp_directory_path() / "warmfront-console-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~console_folder() { fs::remove_all(path_); }
  console_folder(const console_folder&) = delete;
  console_folder& operator=(const console_folder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

private:
  fs::path path_;
};

void write_console_file(const fs::path& path, std::string_view octets) {
  fs::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary} << octets;
}

/// A console of four files, one of which is compressed.
struct built_console {
  console_folder directory;
  const fs::path folder = directory.path();

  built_console() {
    write_console_file(folder / "index.html", "<p>console</p>");
    write_console_file(folder / "preview.html", "<p>preview</p>");
    write_console_file(folder / "assets/index-a1.js", "whole");
    write_console_file(folder / "assets/index-a1.js.gz", "packed");
  }
  [[nodiscard]] admin::console_site site() const {
    return admin::console_site::load(folder).value();
  }
};

admin::http_request console_request(std::string target, admin::header_list headers = {}) {
  admin::http_request request;
  request.method = "GET";
  request.target = std::move(target);
  request.headers = std::move(headers);
  return request;
}

std::string field_of(const admin::http_response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name)
      return value;
  return {};
}

} // namespace

TEST_CASE("console site: a file is found by its exact name alone", "[admin][console]") {
  const built_console built;
  const auto site = built.site();
  CHECK(site.files() == 3);
  const auto script = site.answer(console_request("/assets/index-a1.js?x"));
  REQUIRE(script);
  CHECK(script->body == "whole");
  CHECK(script->content_type == "text/javascript; charset=utf-8");
  for (const auto* target :
       {"/assets/index-a1.js.gz", "/assets/absent.js", "/assets/", "/assets/../index.html",
        "/assets/%2e%2e/index.html", "/v1/absent", "/v1", "*", "", "//etc/passwd"}) {
    CAPTURE(target);
    CHECK_FALSE(site.answer(console_request(target, {{"accept", "image/*"}})));
  }
  auto post = console_request("/");
  post.method = "POST";
  CHECK_FALSE(site.answer(post));
}

TEST_CASE("console site: every page of the console is the one document", "[admin][console]") {
  const built_console built;
  const auto site = built.site();
  const admin::header_list browser{{"accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}};
  for (const auto* target : {"/", "/?a=b", "/keys", "/identities/example.com?tab=dns", "/a/b"}) {
    CAPTURE(target);
    const auto page = site.answer(console_request(target, browser));
    REQUIRE(page);
    CHECK(page->status == 200);
    CHECK(page->body == "<p>console</p>");
    CHECK(field_of(*page, "Cache-Control") == "no-cache");
  }
  for (const auto* target : {"/healthz", "/metrics", "/openapi.json", "/v1/keys", "/v1/absent",
                             "/assets/index-b2.js", "/a\x01"}) {
    CAPTURE(target);
    CHECK_FALSE(site.answer(console_request(target, browser)));
  }
  CHECK_FALSE(site.answer(console_request("/keys", {{"accept", "application/json"}})));
}

TEST_CASE("console site: who takes gzip gets what the build compressed", "[admin][console]") {
  const built_console built;
  const auto site = built.site();
  const auto asked = [&](const char* codings) {
    return *site.answer(console_request("/assets/index-a1.js", {{"accept-encoding", codings}}));
  };
  for (const auto* codings : {"gzip", "br, gzip;q=0.5", "deflate,gzip"}) {
    CAPTURE(codings);
    CHECK(asked(codings).body == "packed");
    CHECK(field_of(asked(codings), "Content-Encoding") == "gzip");
    CHECK(field_of(asked(codings), "Vary") == "Accept-Encoding");
  }
  for (const auto* codings : {"", "br", "gzip;q=0", "xgzip"}) {
    CAPTURE(codings);
    CHECK(asked(codings).body == "whole");
    CHECK(field_of(asked(codings), "Content-Encoding").empty());
  }
  CHECK(field_of(asked("gzip"), "ETag") != field_of(asked(""), "ETag"));
}

TEST_CASE("console site: what the browser has is not sent again", "[admin][console]") {
  const built_console built;
  const auto site = built.site();
  const auto first = *site.answer(console_request("/assets/index-a1.js"));
  CHECK(field_of(first, "Cache-Control") == "public, max-age=31536000, immutable");
  const auto tag = field_of(first, "ETag");
  const auto again =
      *site.answer(console_request("/assets/index-a1.js", {{"if-none-match", "\"x\", " + tag}}));
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(field_of(again, "ETag") == tag);
  const auto changed =
      *site.answer(console_request("/assets/index-a1.js", {{"if-none-match", "\"x\""}}));
  CHECK(changed.status == 200);
}

TEST_CASE("console site: scripts are only its own; mails are shown without an origin",
          "[admin][console][security]") {
  const built_console built;
  const auto site = built.site();
  const auto policy = [&](const char* target) {
    return field_of(*site.answer(console_request(target)), "Content-Security-Policy");
  };
  CHECK(policy("/").find("default-src 'none'; script-src 'self'; style-src 'self'") == 0);
  CHECK(policy("/").find("frame-ancestors 'none'") != std::string::npos);
  CHECK(policy("/").find("unsafe") == std::string::npos);
  CHECK(policy("/preview.html").find("sandbox allow-scripts;") == 0);
  CHECK(policy("/preview.html").find("allow-same-origin") == std::string::npos);
}

TEST_CASE("console site: a folder that is no console is refused with its name",
          "[admin][console]") {
  const console_folder directory;
  const auto absent = admin::console_site::load(directory.path() / "absent");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().what.find("absent") != std::string::npos);
  CHECK_FALSE(admin::console_site::load(directory.path()));
  write_console_file(directory.path() / "index.html", std::string(17 * 1024 * 1024, 'x'));
  CHECK_FALSE(admin::console_site::load(directory.path()));
}

TEST_CASE("console site: it is looked for beside the program, then in the build tree",
          "[admin][console]") {
  const console_folder directory;
  const auto root = directory.path();
  const auto program = root / "build/debug/bin/warmfrontd";
  CHECK(admin::find_console(program).empty());
  write_console_file(root / "build/console/index.html", "");
  CHECK(admin::find_console(program) == (root / "build/console").lexically_normal());
  write_console_file(root / "build/debug/share/warmfront/console/index.html", "");
  CHECK(admin::find_console(program) ==
        (root / "build/debug/share/warmfront/console").lexically_normal());
}

TEST_CASE("console site: without files a page says how to build them", "[admin][console]") {
  const admin::console_site site;
  const auto page = site.answer(console_request("/"));
  REQUIRE(page);
  CHECK(page->status == 503);
  CHECK(page->body.find("./dev build console") != std::string::npos);
  CHECK_FALSE(site.answer(console_request("/assets/index.js", {{"accept", "text/html"}})));
}
