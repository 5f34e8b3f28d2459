#include "admin/admin_actor_events.hpp"

#include <functional>
#include <optional>
#include <utility>

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include "admin/api/across.hpp"
#include "admin/api/event_position.hpp"
#include "admin/api/handlers.hpp"
#include "admin/api/session.hpp"
#include "admin/api/target.hpp"

namespace warmfront::admin {

namespace {

/// Within a second of an event its line is on the way.
constexpr std::chrono::milliseconds poll_every{500};
/// A sign of life, so that a connection that has died is noticed.
constexpr unsigned silent_polls_max = 30;
/// A key that was revoked counts no more after five seconds; others know of it within one.
constexpr std::chrono::seconds checked_every{3};
constexpr std::chrono::milliseconds peers_patience{7'000};

/// One client's stream. Lives in its actor's state, on its thread.
struct event_stream {
  caf::event_based_actor* self;
  admin_parts parts;
  call asked;
  event_positions positions;
  octet_source::receiver receiver = nullptr;
  unsigned silent_polls = 0;
  unsigned polls = 0;
  std::optional<steady_time> checked{};
  bool is_over = false;

  void pull(octet_source::receiver then) {
    if (receiver || is_over)
      return then(std::string{});
    receiver = std::move(then);
    poll();
  }
  void give(result<std::string> piece) {
    silent_polls = 0;
    std::exchange(receiver, nullptr)(std::move(piece));
  }
  void end() {
    is_over = true;
    if (receiver)
      give(std::string{});
  }

  [[nodiscard]] bool is_due_to_check() const {
    return !checked || parts.time->steady_now() >= *checked + checked_every;
  }

  void poll() {
    ++polls;
    check([this] { read_own(); });
  }

  /// Goes on when the key is still good, and the session not over.
  void check(std::function<void()> then) {
    if (!is_due_to_check())
      return then();
    if (asked.by_session && parts.time->wall_now() >= asked.by_session->began + session_most)
      return end();
    checked = parts.time->steady_now();
    self->request(parts.access, parts.patience, identify_key{asked.who.key_id})
        .then(
            [this, then](const answer<client_identity>& got) {
              const bool is_gone = !got.value && got.value.error().code == errc::refused;
              is_gone ? end() : then();
            },
            [then](const caf::error&) { then(); });
  }

  void read_own() {
    auto what = handlers::events_asked_for(asked);
    if (!what)
      return end();
    what.value().after = position_of(positions, asked.node->node);
    self->request(parts.webhooks, parts.patience, std::move(what).value())
        .then(
            [this](const answer<event_page>& got) {
              got.value ? read_others(got.value.value()) : wait();
            },
            [this](const caf::error&) { wait(); });
  }

  void read_others(const event_page& own) {
    answers given;
    given.emplace_back(own);
    asked.query["follow"] = "false"; // the page itself
    auto next = handlers::list_events(asked, given);
    auto page = std::move(*std::get_if<http_response>(&next));
    if (!parts.inquiries)
      return show(page);
    std::string target = "/v1/events?follow=false&after=" + percent_encode(to_text(positions));
    if (position_of(positions, "") == "0" && to_text(positions).empty())
      target = "/v1/events?follow=false&after=0";
    for (const auto* const name : {"account", "kinds", "limit"})
      if (const auto found = asked.query.find(name); found != asked.query.end())
        target += std::string{"&"} + name + "=" +
                  percent_encode(found->is_string() ? found->get<std::string>() : found->dump());
    auto question = std::make_shared<const inquiry>(inquiry{"GET", target, asked.who});
    self->request(parts.inquiries, peers_patience, ask_peers{std::move(question)})
        .then(
            [this, page](const std::vector<peer_answer>& others) {
              asked.query["after"] = to_text(positions);
              show(combine(asked, page, others));
            },
            [this, page](const caf::error&) { show(page); });
  }

  /// A peer that hangs takes seconds: the key may have been revoked meanwhile.
  void show(const http_response& page) {
    check([this, page] { show_to_good_key(page); });
  }

  void show_to_good_key(const http_response& page) {
    const auto body = ordered_json::parse(page.body, nullptr, false);
    std::string lines;
    for (const auto& each : body["items"])
      lines += dump(each) + "\n";
    if (const auto next = parse_positions(text_in(body, "next")))
      for (const auto& [node, position] : *next)
        positions.insert_or_assign(node, position);
    if (lines.empty() && ++silent_polls < silent_polls_max && polls > 1)
      return wait();
    lines += "{\"next\":\"" + to_text(positions) + "\"}\n";
    give(std::move(lines));
  }

  void wait() {
    self->delayed_send(self, poll_every, run_step{[this] { poll(); }});
  }
};

/// What the HTTP session pulls. The actor goes with it.
class event_source final : public octet_source {
public:
  event_source(caf::actor whom, std::shared_ptr<event_stream*> stream)
      : whom_{std::move(whom)}, stream_{std::move(stream)} {}
  ~event_source() override { caf::anon_send_exit(whom_, caf::exit_reason::kill); }
  event_source(const event_source&) = delete;
  event_source& operator=(const event_source&) = delete;

  void next(receiver then) override {
    // The actor ends with this object only: the stream is there when the step runs.
    caf::anon_send(whom_,
                   run_step{[stream = stream_, then = std::move(then)] { (*stream)->pull(then); }});
  }

private:
  caf::actor whom_;
  std::shared_ptr<event_stream*> stream_;
};

} // namespace

std::shared_ptr<octet_source> follow_events(caf::actor_system& system, const admin_parts& parts,
                                            const exchange& asked) {
  const auto place = std::make_shared<event_stream*>(nullptr);
  const auto positions =
      parse_positions(handlers::text_of(asked.asked.query, "after")).value_or(event_positions{});
  auto whom = system.spawn([parts, what = asked.asked, positions,
                            place](caf::event_based_actor* self) -> caf::behavior {
    const auto stream = std::make_shared<event_stream>(event_stream{self, parts, what, positions});
    *place = stream.get();
    return {[stream](const run_step& m) { m.step(); }};
  });
  return std::make_shared<event_source>(std::move(whom), place);
}

} // namespace warmfront::admin
