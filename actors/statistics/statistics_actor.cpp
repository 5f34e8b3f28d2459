#include "actors/statistics/statistics_actor.hpp"

#include <utility>

#include "actors/messages/run_later.hpp"
#include "actors/statistics/cluster_sum.hpp"
#include "actors/statistics/counter_mirror.hpp"
#include "actors/statistics/counter_reader.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr std::chrono::hours forget_every{24};
constexpr milliseconds statistics_tick{200};

} // namespace

/// Lives in the actor's state and only on its thread.
class statistics_host final : public mirror_effects, public sum_effects {
public:
  statistics_host(statistics_shell::stateful_pointer<statistics_state> self, statistics_ports ports)
      : ports_{std::move(ports)}, run_{run_later(self)}, mirror_{ports_.self, *this},
        sums_{ports_.self, *this} {}

  void start() {
    forget_old();
    if (ports_.send)
      tick();
  }
  void ask(const sum_statistics& question, cluster_sum::callback then) {
    sums_.ask(question, std::move(then));
  }
  void set_members(const members_changed& m) {
    mirror_.set_members(*m.members);
    sums_.set_members(*m.members);
  }
  void joined(const peer_joined& m) {
    sums_.joined(m.peer);
    mirror_.joined(m.peer);
  }
  void lost(const peer_lost& m) {
    sums_.lost(m.peer);
    mirror_.lost(m.peer);
  }
  void receive(const frames_received& m) {
    for (const auto& frame : m.frames)
      if (const auto read = receive(m.from, frame); !read && unreadable_.insert(m.from).second)
        ports_.log->write(log_level::error, "peer_frame_unreadable",
                          {{"peer", std::string_view{m.from.str()}},
                           {"text", std::string_view{read.error().what}}});
  }

  // ---- of mirror and sums
  [[nodiscard]] wall_time wall_now() const override { return ports_.time->wall_now(); }
  [[nodiscard]] steady_time steady_now() const override { return ports_.time->steady_now(); }
  void send(const node_name& to, peer_frame frame) override {
    if (ports_.send)
      ports_.send({to, {std::move(frame)}});
  }
  [[nodiscard]] result<std::optional<std::string>> get(const std::string& key) const override {
    return ports_.store->get(family::counters, key);
  }
  [[nodiscard]] result<std::vector<storage::key_value>>
  scan(const std::string& from, const std::string& before, std::size_t limit) const override {
    return ports_.store->scan(family::counters, from, before, limit);
  }
  void commit(storage::batch changes, std::function<void(const result<void>&)> then) override {
    ports_.store->commit(std::move(changes), storage::priority::progress,
                         [run = run_, then = std::move(then)](const result<void>& durable) {
                           run(milliseconds{0}, [then, durable] { then(durable); });
                         });
  }
  [[nodiscard]] result<std::vector<statistics_row>>
  own_rows(const sum_statistics& question) const override {
    return sum_counters(*ports_.store, {}, question);
  }
  [[nodiscard]] result<std::vector<sum_of_origin>>
  kept_rows(const sum_statistics& question, const std::set<counters_origin>& but) const override {
    return sum_kept(*ports_.store, question, but);
  }

private:
  result<void> receive(const node_name& from, const peer_frame& frame) {
    switch (static_cast<statistics_frame>(frame.kind)) {
    case statistics_frame::hello:
      return sums_.hello(from, frame.octets);
    case statistics_frame::keep_counters:
      return mirror_.keep(from, frame.octets);
    case statistics_frame::counters_kept:
      return mirror_.kept(from, frame.octets);
    case statistics_frame::ask_sum:
      return sums_.asked(from, frame.octets);
    case statistics_frame::sum_part:
      return sums_.told(from, frame.octets);
    }
    return success(); // of a later release
  }
  void tick() {
    if (ports_.changed != nullptr)
      mirror_.changed(ports_.changed->take());
    mirror_.tick();
    sums_.tick();
    run_(statistics_tick, [this] { tick(); });
  }
  void forget_old() {
    const auto first_kept = day_of(wall_now()) - statistics_kept;
    storage::batch changes;
    const auto forget = [&](const std::string& prefix) {
      changes.erase_range(family::counters, prefix + storage::statistics_prefix({}),
                          prefix + storage::statistics_prefix(first_kept));
      changes.erase_range(family::counters, prefix + storage::way_prefix({}),
                          prefix + storage::way_prefix(first_kept));
    };
    forget({});
    if (const auto origins = kept_origins(*ports_.store))
      for (const auto& each : origins.value())
        forget(storage::shadow_prefix(each.origin));
    ports_.store->commit(std::move(changes), storage::priority::upkeep,
                         [log = ports_.log](const result<void>& done) {
                           if (!done)
                             log->write(log_level::warn, "old_statistics_kept",
                                        {{"what", std::string_view{done.error().what}}});
                         });
    run_(forget_every, [this] { forget_old(); });
  }

  statistics_ports ports_;
  const std::function<void(milliseconds, std::function<void()>)> run_;
  counter_mirror mirror_;
  cluster_sum sums_;
  std::set<node_name> unreadable_; ///< peers of whom that was said
};

statistics_shell::behavior_type
statistics_behavior(statistics_shell::stateful_pointer<statistics_state> self,
                    statistics_ports ports) {
  self->state.host = std::make_shared<statistics_host>(self, std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  return {
      [self, host](const sum_statistics& m) {
        auto promise = self->make_response_promise<answer<statistics_report>>();
        host->ask(m, [promise](const result<statistics_report>& report) mutable {
          promise.deliver(answer<statistics_report>{report});
        });
        return promise;
      },
      [host](const members_changed& m) { host->set_members(m); },
      [host](const peer_joined& m) { host->joined(m); },
      [host](const peer_lost& m) { host->lost(m); },
      [host](const frames_received& m) {
        host->receive(m);
        return done{};
      },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
