#include "actors/idempotency/idempotency_actor.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/idempotency/request_claim.hpp"
#include "actors/messages/run_later.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds answers_within{10};
/// The claims of this time share a lease, with which they go.
constexpr std::chrono::minutes lease_is_used_for{10};

error still_under_way() {
  return {errc::conflict, "the request with this Idempotency-Key is being worked on",
          "send it again in a moment", "Idempotency-Key"};
}
error another_request() {
  return {errc::invalid_argument,
          "this Idempotency-Key belongs to a request that asked for "
          "something else",
          "give every request a key of its own", "Idempotency-Key"};
}
error not_known() {
  return {errc::unavailable,
          "a node that may have accepted the request with this Idempotency-Key cannot be asked",
          "send it again when `warmfront cluster status` shows all nodes", "Idempotency-Key"};
}

} // namespace

/// Lives in the actor's state and only on its thread.
class idempotency_host {
public:
  using self_pointer = idempotency_shell::stateful_pointer<idempotency_state>;
  using promise_type = caf::typed_response_promise<answer<claimed_request>>;

  idempotency_host(self_pointer self, idempotency_ports ports)
      : self_{self}, ports_{std::move(ports)}, run_{run_later(self)} {}

  void claim(const claim_request& m, promise_type promise) {
    auto work = std::make_shared<attempt>();
    work->what = m;
    work->promise = std::move(promise);
    with_lease([this, work](const result<storage::lease_id>& lease) {
      if (!lease)
        return fail(*work, lease.error());
      work->lease = lease.value();
      put(work, 0);
    });
  }

  void end(const message_id& id) { under_way_.erase(id); }

private:
  struct attempt {
    claim_request what;
    promise_type promise;
    storage::lease_id lease = 0;
    int takeovers = 0;
  };
  using attempt_pointer = std::shared_ptr<attempt>;

  static void fail(attempt& of, const error& why) {
    of.promise.deliver(answer<claimed_request>{why});
  }

  /// Calls back in the actor's turn.
  template <class Result>
  auto in_turn(std::function<void(const Result&)> then) {
    return [then = std::move(then), run = run_](const Result& got) {
      run(milliseconds{0}, [then, got] { then(got); });
    };
  }

  void with_lease(const std::function<void(const result<storage::lease_id>&)>& then) {
    const auto now = ports_.time->steady_now();
    if (lease_ != 0 && now < lease_until_)
      return then(lease_);
    const auto lives = std::chrono::duration_cast<milliseconds>(claim_lives + lease_is_used_for);
    ports_.control->grant_lease(
        lives, in_turn<result<storage::lease_id>>([this, then, now](const auto& granted) {
          if (granted) {
            lease_ = granted.value();
            lease_until_ = now + lease_is_used_for;
          }
          then(granted);
        }));
  }

  /// `over`: the revision of a claim that was dropped; 0: there must be none.
  void put(const attempt_pointer& work, storage::revision over) {
    const auto now = ports_.time->wall_now();
    const request_claim made{work->what.digest, message_id{now, ports_.node, ports_.random->next()},
                             ports_.self, now};
    const auto key = claim_key(work->what.account, work->what.key);
    note_under_way(made.id);
    ports_.control->transact(
        {{{key, over}}, {{key, encode(made), work->lease}}},
        in_turn<result<storage::transaction_outcome>>(
            [this, work, id = made.id](const auto& outcome) { put_ended(work, id, outcome); }));
  }

  /// Whoever asked may have gone without saying what became of it.
  void note_under_way(const message_id& id) {
    const auto now = ports_.time->steady_now();
    // Ids are in the order of time: what is over comes first.
    while (!under_way_.empty() && under_way_.begin()->second <= now)
      under_way_.erase(under_way_.begin());
    under_way_[id] = now + claim_settles_within;
  }

  void put_ended(const attempt_pointer& work, const message_id& id,
                 const result<storage::transaction_outcome>& outcome) {
    if (outcome && outcome.value().applied)
      return static_cast<void>(
          work->promise.deliver(answer<claimed_request>{claimed_request{id, false}}));
    under_way_.erase(id);
    if (!outcome) {
      lease_ = 0;
      return fail(*work, outcome.error());
    }
    look(work);
  }

  void look(const attempt_pointer& work) {
    const auto key = claim_key(work->what.account, work->what.key);
    ports_.control->range(
        key, in_turn<result<storage::control_snapshot>>([this, work, key](const auto& found) {
          if (!found)
            return fail(*work, found.error());
          const auto& all = found.value().records;
          const auto own = std::ranges::find(all, key, &storage::control_record::key);
          if (own == all.end())
            return put(work, 0); // forgotten this moment
          const auto claim = decode_claim(own->value);
          if (!claim)
            return fail(*work, claim.error());
          ask_delivery(work, claim.value(), own->modified);
        }));
  }

  void ask_delivery(const attempt_pointer& work, const request_claim& claim, storage::revision at) {
    self_->request(ports_.delivery, answers_within, report_message{claim.id})
        .then(
            [=, this](const answer<message_report>& got) {
              if (!got.value && got.value.error().code != errc::not_found)
                return fail(*work, got.value.error());
              claim_circumstances known;
              known.has_mail = got.value.has_value();
              if (known.has_mail || !ports_.inquiries)
                return decide(work, claim, at, known);
              ask_others(work, claim, at);
            },
            [=, this](const caf::error&) { fail(*work, not_known()); });
  }

  void ask_others(const attempt_pointer& work, const request_claim& claim, storage::revision at) {
    client_identity anybody;
    anybody.role = key_role::admin;
    auto what = std::make_shared<const inquiry>(
        inquiry{"GET", "/v1/messages/" + claim.id.str(), std::move(anybody)});
    self_->request(ports_.inquiries, answers_within, ask_peers{std::move(what)})
        .then(
            [=, this](const std::vector<peer_answer>& all) {
              claim_circumstances known;
              for (const auto& each : all) {
                known.has_mail = known.has_mail || each.value.status == 200;
                // What a dead node had is with others by now.
                known.all_were_asked =
                    known.all_were_asked &&
                    (each.value.status == 404 || each.value.status == 200 || each.ended);
              }
              decide(work, claim, at, known);
            },
            [=, this](const caf::error&) { fail(*work, not_known()); });
  }

  void decide(const attempt_pointer& work, const request_claim& claim, storage::revision at,
              claim_circumstances known) {
    const auto own = under_way_.find(claim.id);
    known.is_under_way = own != under_way_.end() && own->second > ports_.time->steady_now();
    known.is_own = claim.node == ports_.self;
    switch (judge(claim, work->what.digest, known, ports_.time->wall_now())) {
    case claim_verdict::was_sent:
      work->promise.deliver(answer<claimed_request>{claimed_request{claim.id, true}});
      break;
    case claim_verdict::differs:
      fail(*work, another_request());
      break;
    case claim_verdict::is_under_way:
      fail(*work, still_under_way());
      break;
    case claim_verdict::is_in_doubt:
      fail(*work, not_known());
      break;
    case claim_verdict::was_dropped:
      // Who loses the race for it again and again leaves it to the others.
      if (++work->takeovers > 3)
        return fail(*work, still_under_way());
      put(work, at);
    }
  }

  self_pointer self_;
  idempotency_ports ports_;
  std::function<void(milliseconds, std::function<void()>)> run_;
  storage::lease_id lease_ = 0;
  steady_time lease_until_{};
  std::map<message_id, steady_time> under_way_; ///< at most until then
};

idempotency_shell::behavior_type
idempotency_behavior(idempotency_shell::stateful_pointer<idempotency_state> self,
                     idempotency_ports ports) {
  self->state.host = std::make_shared<idempotency_host>(self, std::move(ports));
  auto* const host = self->state.host.get();
  return {
      [self, host](const claim_request& m) -> caf::result<answer<claimed_request>> {
        auto promise = self->make_response_promise<answer<claimed_request>>();
        host->claim(m, promise);
        return promise;
      },
      [host](const end_request& m) { host->end(m.id); },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
