#include "actors/feedback/inbound_actor.hpp"

#include <utility>

#include "actors/feedback/inbound_mail.hpp"

namespace warmfront {

namespace {

/// The client waits ten minutes for the reply to its dot (RFC 5321 §4.5.3.2.6).
constexpr std::chrono::seconds record_within{60};

/// Anybody can write to postmaster: so many lines of a minute, and no more.
constexpr std::size_t postmaster_lines_max = 10;
constexpr std::chrono::minutes postmaster_minute{1};

/// Whether a line for postmaster may be written.
class postmaster_lines {
public:
  [[nodiscard]] bool allows(steady_time now) {
    if (now - begun_ >= postmaster_minute) {
      begun_ = now;
      count_ = 0;
    }
    return ++count_ <= postmaster_lines_max;
  }

private:
  steady_time begun_{};
  std::size_t count_ = 0;
};

void log_inbound(event_log& log, const submission& mail, const inbound_mail& read) {
  const bool has_record = !read.items.empty();
  const auto name = read.is_for_postmaster ? "postmaster_mail" : "inbound_mail";
  log.write(read.is_for_postmaster ? log_level::warn : log_level::info, name,
            {{"kind", to_string(read.kind)},
             {"client", std::string_view{mail.source.client_address}},
             {"from", std::string_view{read.author}},
             {"subject", std::string_view{read.subject}},
             {"records", static_cast<std::int64_t>(read.items.size())},
             {"text", has_record ? std::string_view{} : std::string_view{read.remark}}});
}

} // namespace

inbound_actor::behavior_type inbound_behavior(inbound_actor::pointer self, inbound_ports ports) {
  const auto lines = std::make_shared<postmaster_lines>();
  return {[self, lines, its = std::move(ports)](const submit_mails& m) {
    for (auto& each : *m.mails) {
      auto read = read_inbound(*its.tokens, each.mail, its.time->wall_now());
      if (!read.is_for_postmaster || lines->allows(its.time->steady_now()))
        log_inbound(*its.log, each.mail, read);
      // Only the log knows the mail by it.
      const message_id id{its.time->wall_now(), its.node, its.random->next()};
      if (read.items.empty()) {
        each.done(id);
        continue;
      }
      self->request(its.feedback, record_within, record_feedback{std::move(read.items)})
          .then(
              [done = each.done, id](const answer<warmfront::done>& kept) {
                done(kept.value ? submission_result{id} : submission_result{kept.value.error()});
              },
              [done = each.done](const caf::error&) {
                done(error{errc::timed_out, "record what came back: no answer", "try again"});
              });
    }
  }};
}

} // namespace warmfront
