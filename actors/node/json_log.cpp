#include "actors/node/json_log.hpp"

#include <array>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "actors/core/address.hpp"

namespace warmfront {

namespace {

constexpr std::array<std::string_view, 5> level_names{"trace", "debug", "info", "warn", "error"};

// The length of the UTF-8 sequence at the front of `text`, 0 when there is none.
std::size_t sequence_octets(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  const std::size_t octets = lead < 0xc2   ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  return octets != 0 && octets <= text.size() && is_utf8(text.substr(0, octets)) ? octets : 0;
}

void append_value(std::string& to, const log_field& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value))
    append_json_string(to, *text);
  else if (const auto* number = std::get_if<std::int64_t>(&field.value))
    to += std::to_string(*number);
  else if (const auto* real = std::get_if<double>(&field.value))
    to += fmt::format("{}", *real);
  else
    to += std::get<bool>(field.value) ? "true" : "false";
}

// A file gathers lines into few writes. Standard error can be opened as one, unless it is a socket,
// as systemd's journal is, or another user's, as what reads the output of a container may be.
spdlog::sink_ptr make_sink(const std::string& file) {
  const char* const error_output = "/dev/stderr";
  if (!file.empty())
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
  const int opened = ::open(error_output, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (opened < 0)
    return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  ::close(opened);
  return std::make_shared<spdlog::sinks::basic_file_sink_mt>(error_output);
}

} // namespace

void append_json_string(std::string& to, std::string_view text) {
  to.push_back('"');
  while (!text.empty()) {
    const char c = text.front();
    std::size_t used = 1;
    if (c == '"' || c == '\\') {
      to.push_back('\\');
      to.push_back(c);
    } else if (c == '\n') {
      to += "\\n";
    } else if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f) {
      to += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<std::uint8_t>(c)));
    } else if (static_cast<std::uint8_t>(c) < 0x80) {
      to.push_back(c);
    } else if (const auto octets = sequence_octets(text); octets != 0) {
      to.append(text.substr(0, octets));
      used = octets;
    } else {
      to += "\xef\xbf\xbd";
    }
    text.remove_prefix(used);
  }
  to.push_back('"');
}

json_log::json_log(std::shared_ptr<spdlog::logger> lines, const clock& time)
    : lines_{std::move(lines)}, time_{time} {}

json_log::~json_log() {
  lines_->flush();
  spdlog::drop(lines_->name());
}

result<std::unique_ptr<json_log>> json_log::open(const std::string& file, const std::string& level,
                                                 const clock& time) {
  std::shared_ptr<spdlog::logger> lines;
  try {
    lines = std::make_shared<spdlog::logger>("events", make_sink(file));
  } catch (const spdlog::spdlog_ex& failure) {
    return error{errc::invalid_argument, "the log cannot be opened: " + std::string{failure.what()},
                 "make the folder and give this user the right to write there", "log.file"};
  }
  lines->set_pattern("%v");
  lines->set_level(spdlog::level::trace);
  lines->flush_on(spdlog::level::err);
  spdlog::drop("events");
  spdlog::register_logger(lines);
  spdlog::flush_every(std::chrono::seconds{1});
  std::unique_ptr<json_log> log{new json_log{std::move(lines), time}};
  log->set_level(level);
  return log;
}

void json_log::set_level(const std::string& level) noexcept {
  for (std::size_t i = 0; i < level_names.size(); ++i)
    if (level_names[i] == level)
      level_ = static_cast<log_level>(i);
}

bool json_log::enabled(log_level level) const noexcept {
  return level >= level_.load(std::memory_order_relaxed);
}

void json_log::write(log_level level, std::string_view event,
                     std::initializer_list<log_field> fields) {
  if (!enabled(level))
    return;
  std::string line;
  line.reserve(512);
  line += "{\"time\":\"";
  line += to_rfc3339(time_.wall_now());
  line += "\",\"level\":\"";
  line += level_names[static_cast<std::size_t>(level)];
  line += "\",\"event\":";
  append_json_string(line, event);
  for (const auto& field : fields) {
    line.push_back(',');
    append_json_string(line, field.name);
    line.push_back(':');
    append_value(line, field);
  }
  line.push_back('}');
  lines_->log(level >= log_level::error ? spdlog::level::err : spdlog::level::info,
              fmt::string_view{line});
}

} // namespace warmfront
