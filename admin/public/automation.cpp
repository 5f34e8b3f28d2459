#include "admin/public/automation.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "actors/core/address.hpp"

namespace warmfront::admin {

namespace {

// No reader finds a link in less: gateways look at them before they hand the mail over.
constexpr std::chrono::seconds too_soon{2};
constexpr std::chrono::seconds burst_time{5};
constexpr std::size_t burst_targets = 3;
constexpr std::size_t recipients_remembered = 16'384;

/// Parts of User-Agent, in lower case. Of these the reader's own program tells that it is shown.
/// Google: "images are served through Google's image proxy" when a message is opened
/// (support.google.com/mail/answer/145919); Yahoo's proxy names itself the same way.
constexpr std::array<std::string_view, 3> shows_to_readers{"googleimageproxy", "yahoomailproxy",
                                                           "yahoo! mail proxy"};

/// Those that look at pictures and links themselves.
constexpr std::array<std::string_view, 37> programs{
    // Gateways that check mail, as their makers' documents or their requests name them.
    "barracuda", "mimecast", "proofpoint", "symantec", "messagelabs", "forcepoint", "fireeye",
    "trendmicro", "sophos", "zscaler", "ironport", "cloudmark", "virustotal", "urldefense",
    "safelinks",
    // Previews of links in chats and social networks: they name themselves so.
    "bingpreview", "slack-imgproxy", "facebookexternalhit", "whatsapp", "skypeuripreview",
    "linkpreview", "embedly",
    // Libraries and tools, by their defaults.
    "curl/", "wget/", "python-", "libwww-perl", "go-http-client", "apache-httpclient", "java/",
    "headlesschrome", "phantomjs", "node-fetch",
    // What crawlers call themselves (RFC 9309 §2.2.1 speaks of product tokens).
    "bot", "crawler", "spider", "scanner", "monitor"};

/// Fields by which browsers say that nobody has asked for it yet: `Sec-Purpose` (Fetch Standard),
/// `Purpose` and `X-Moz` (what browsers sent before), `X-Purpose` (Safari).
constexpr std::array<std::string_view, 4> purposes{"sec-purpose", "purpose", "x-moz", "x-purpose"};

bool is_prefetch(const http_request& request) {
  return std::ranges::any_of(purposes, [&](std::string_view name) {
    const auto* const value = request.header(name);
    if (value == nullptr) {
      return false;
    }
    const auto lower = in_lower_case(*value);
    return lower.find("prefetch") != std::string::npos ||
           lower.find("preview") != std::string::npos ||
           lower.find("prerender") != std::string::npos;
  });
}

bool names_a_program(event_kind what, std::string_view agent) {
  const auto lower = in_lower_case(agent);
  const auto is_part = [&](std::string_view part) { return lower.find(part) != std::string::npos; };
  if (what == event_kind::opened && std::ranges::any_of(shows_to_readers, is_part)) {
    return false;
  }
  // Apple's Mail Privacy Protection loads all pictures when mail arrives, and says no more than
  // this.
  if (what == event_kind::opened && lower == "mozilla/5.0") {
    return true;
  }
  return lower.empty() || std::ranges::any_of(programs, is_part);
}

} // namespace

bool is_automated(event_kind what, const http_request& request, const message_id& message,
                  wall_time now) {
  const auto* const agent = request.header("user-agent");
  return request.method == "HEAD" || is_prefetch(request) ||
         names_a_program(what, agent == nullptr ? std::string_view{} : *agent) ||
         now - message.accepted_at() < too_soon;
}

bool click_memory::note(const recipient_id& who, std::string_view target, steady_time now) {
  const auto hash = std::hash<std::string_view>{}(target);
  const std::lock_guard lock{guard_};
  if (recent_.size() >= recipients_remembered && !recent_.contains(who)) {
    recent_.clear();
  }
  auto& recent = recent_[who];
  if (recent.targets.empty() || now - recent.since > burst_time) {
    recent = {now, {}};
  }
  const bool is_new = std::ranges::find(recent.targets, hash) == recent.targets.end();
  if (is_new && recent.targets.size() < burst_targets) {
    recent.targets.push_back(hash);
  }
  return recent.targets.size() >= burst_targets;
}

} // namespace warmfront::admin
