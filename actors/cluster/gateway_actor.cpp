#include "actors/cluster/gateway_actor.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include <unistd.h>

#include <caf/send.hpp>

#include "actors/cluster/inquiries.hpp"
#include "actors/messages/run_later.hpp"

namespace warmfront {

namespace {

constexpr milliseconds tick_interval{200};

} // namespace

namespace {

/// A connected descriptor that closes itself unless somebody takes it: what arrives for an actor
/// that is gone must not stay open.
class dialled_descriptor {
public:
  explicit dialled_descriptor(int handle) : handle_{handle} {}
  dialled_descriptor(const dialled_descriptor&) = delete;
  dialled_descriptor& operator=(const dialled_descriptor&) = delete;
  ~dialled_descriptor() {
    if (handle_ >= 0)
      ::close(handle_);
  }
  [[nodiscard]] int take() { return std::exchange(handle_, -1); }

private:
  int handle_;
};

// Proxies of one far actor compare equal, even if one belongs to a connection that is over.
bool is_same(const caf::actor& a, const caf::actor& b) {
  return caf::actor_cast<caf::strong_actor_ptr>(a).get() ==
         caf::actor_cast<caf::strong_actor_ptr>(b).get();
}

} // namespace

/// Lives on the actor's thread; what others call back with comes as a `run_step`.
class gateway_host {
public:
  gateway_host(caf::stateful_actor<gateway_state>* self, node_name peer, gateway_settings settings,
               gateway_ports ports, std::uint64_t seed)
      : self_{self}, peer_{std::move(peer)}, ports_{std::move(ports)}, run_{run_later(self)},
        dials_{settings.dials}, rules_{std::move(settings), std::make_unique<seeded_random>(seed)} {
  }

  void heard(const peer_frame& frame) {
    const auto sender = caf::actor_cast<caf::actor>(self_->current_sender());
    if (!sender)
      return;
    if (!dials_ && frame.kind == static_cast<std::uint16_t>(gateway_frame::hello))
      speak_with(sender);
    if (!remote_ || !is_same(sender, remote_))
      return; // of a connection that is over
    rules_.heard(frame, now());
    perform();
  }
  void send(std::vector<peer_frame> frames) {
    if (rules_.send(std::move(frames), now()) && !std::exchange(flush_waits_, true))
      run_(milliseconds{0}, [this] { // behind what else waits in the mailbox
        flush_waits_ = false;
        rules_.flush();
        perform();
      });
    perform();
  }
  /// The actor ends: nobody may believe that the peer is still there. The tunnel is left alone,
  /// since whoever stops gateways may have ended it already.
  void leave() {
    rules_.broken("this gateway was stopped", now());
    for (const auto& step : rules_.take_steps())
      if (const auto* const lost = std::get_if<gateway_action::lost>(&step))
        perform(*lost);
  }
  void down(const caf::down_msg& m) {
    if (remote_ && m.source == remote_.address()) {
      rules_.broken("the connection is gone", now());
      perform();
    }
  }
  void keep_ticking() {
    run_(tick_interval, [this] {
      rules_.tick(now());
      perform();
      keep_ticking();
    });
  }

private:
  [[nodiscard]] steady_time now() const { return ports_.time->steady_now(); }

  void speak_with(const caf::actor& far) {
    if (remote_ && is_same(far, remote_))
      return;
    if (remote_)
      self_->demonitor(remote_);
    remote_ = far;
    self_->monitor(remote_);
  }
  void dial() {
    ports_.dial([this, run = run_](const result<int>& made) {
      const auto handle = std::make_shared<dialled_descriptor>(made ? made.value() : -1);
      run(milliseconds{0}, [this, handle, why = made ? std::string{} : made.error().what] {
        if (!why.empty())
          return failed(why);
        ports_.link->reach(self_, handle->take(), [this](const caf::actor& far) {
          if (!far) {
            ports_.drop(); // the tunnel stands, with nobody at its end
            return failed("the peer's gateway did not answer");
          }
          speak_with(far);
          rules_.dialled(now());
          perform();
        });
      });
    });
  }
  void failed(const std::string& why) {
    say(log_level::debug, "peer_not_reached", why);
    rules_.dial_failed(now());
    perform();
  }
  void perform() {
    for (auto& step : rules_.take_steps())
      std::visit([this](auto& each) { perform(each); }, step);
  }
  void perform(const gateway_action::dial&) { dial(); }
  void perform(gateway_action::transmit& what) {
    if (remote_)
      self_->send(remote_, std::move(what.frame));
  }
  void perform(const gateway_action::drop&) {
    if (remote_)
      self_->demonitor(remote_);
    remote_ = {};
    ports_.drop();
  }
  void perform(const gateway_action::joined& what) {
    session_ = what.session;
    say(log_level::info, "peer_joined", {});
    tell(peer_joined{peer_, session_});
  }
  void perform(const gateway_action::lost& what) {
    say(log_level::warn, "peer_lost", what.why);
    tell(peer_lost{peer_});
  }
  void perform(const gateway_action::refused& what) {
    say(log_level::warn, "peer_refused", what.why);
  }
  void perform(gateway_action::deliver& what) {
    // All of a batch counts as processed together: its octets are one credit.
    auto& frames = what.frames;
    auto statistics = take_from(frames, statistics_frames_first);
    auto suppressions = take_from(frames, suppression_frames_first);
    auto feedback = take_from(frames, feedback_frames_first);
    auto chunks = take_from(frames, chunk_frames_first);
    auto inquiries = take_from(frames, inquiry_frames_first);
    const auto waiting = std::make_shared<int>(6);
    const auto finished = [this, waiting, octets = what.octets, session = session_] {
      if (--*waiting > 0)
        return;
      if (session == session_)
        rules_.processed(octets);
      perform();
    };
    deliver(ports_.replication, std::move(frames), finished);
    deliver(ports_.inquiries, std::move(inquiries), finished);
    deliver(ports_.chunks, std::move(chunks), finished);
    deliver(ports_.suppressions, std::move(suppressions), finished);
    deliver(ports_.feedback, std::move(feedback), finished);
    deliver(ports_.statistics, std::move(statistics), finished);
  }
  /// Takes out the frames of that kind and above.
  static std::vector<peer_frame> take_from(std::vector<peer_frame>& frames, std::uint16_t kind) {
    const auto first =
        std::stable_partition(frames.begin(), frames.end(),
                              [kind](const peer_frame& frame) { return frame.kind < kind; });
    std::vector<peer_frame> taken{std::make_move_iterator(first),
                                  std::make_move_iterator(frames.end())};
    frames.erase(first, frames.end());
    return taken;
  }
  template <class Role, class Finished>
  void deliver(const Role& role, std::vector<peer_frame> frames, const Finished& finished) {
    if (frames.empty() || !role)
      return finished();
    // A role that ends answers with an error; the clock would keep every time-out to its end.
    self_->request(role, caf::infinite, frames_received{peer_, session_, std::move(frames)})
        .then([finished](const done&) { finished(); },
              [finished](const caf::error&) { finished(); });
  }
  template <class Fact>
  void tell(const Fact& fact) {
    if (ports_.inquiries)
      self_->send(ports_.inquiries, fact);
    if (ports_.chunks)
      self_->send(ports_.chunks, fact);
    if (ports_.suppressions)
      self_->send(ports_.suppressions, fact);
    if (ports_.feedback)
      self_->send(ports_.feedback, fact);
    if (ports_.statistics)
      self_->send(ports_.statistics, fact);
    self_->send(ports_.replication, fact);
  }
  void say(log_level level, std::string_view event, std::string_view why) {
    ports_.log->write(level, event, {{"peer", std::string_view{peer_.str()}}, {"text", why}});
  }

  caf::stateful_actor<gateway_state>* self_;
  const node_name peer_;
  gateway_ports ports_;
  const std::function<void(milliseconds, std::function<void()>)> run_;
  const bool dials_;
  gateway rules_;
  caf::actor remote_;
  bool flush_waits_ = false;
  std::uint64_t session_ = 0;
};

caf::behavior gateway_behavior(caf::stateful_actor<gateway_state>* self, node_name peer,
                               gateway_settings settings, gateway_ports ports, std::uint64_t seed) {
  settings.peer = peer;
  self->state.host = std::make_shared<gateway_host>(self, std::move(peer), std::move(settings),
                                                    std::move(ports), seed);
  auto* const host = self->state.host.get();
  self->set_down_handler([host](const caf::down_msg& m) { host->down(m); });
  self->set_exit_handler([self, host](caf::exit_msg& m) {
    host->leave();
    self->quit(std::move(m.reason));
  });
  host->keep_ticking();
  return {
      [host](const peer_frame& frame) { host->heard(frame); },
      [host](send_frames& m) { host->send(std::move(m.frames)); },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
