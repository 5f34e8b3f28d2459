#include "admin/api/problem_codes.hpp"

namespace warmfront::admin {

namespace {

constexpr problem_code all_problem_codes[] = {
    {"already_exists", "409", "There is an object of that name already.",
     "Choose another name, or change the object with PUT."},
    {"bad_json", "400",
     "The body is no JSON object, is nested too deeply, repeats a name or is not UTF-8.",
     "Send one JSON object in UTF-8; `detail` names the octet at fault."},
    {"bad_request", "400", "The request line, its headers or its query are malformed.",
     "Escape everything but letters and digits in names of the path; mend the client."},
    {"conflict", "409",
     "The object is in a state that does not allow this, or was changed since it was read.",
     "Read the object again; `detail` says what stands in the way."},
    {"content_too_large", "413", "The body, or the mail that it describes, is larger than allowed.",
     "Make it smaller; `smtp.max_message_size` bounds mails."},
    {"csrf_token", "403", "A change came with a session and without its CSRF token.",
     "Send `X-CSRF-Token` as `GET /v1/session` tells it, or use a key."},
    {"for_nodes", "409", "Only nodes of the cluster ask each other this.",
     "Use `POST /v1/queues/actions`, which asks them all."},
    {"forbidden", "403", "The key's role may not call this route.",
     "Use a key whose role may; the reference of the REST API names the roles of each route."},
    {"foreign_origin", "403",
     "A browser signed in, or made a change with a session, from a page that is not this node's.",
     "Open the console of this node, or use a key."},
    {"header_too_large", "431", "The request's headers are larger than the node reads.",
     "Send fewer or shorter headers."},
    {"internal", "500", "The node dropped the request.",
     "Try again; if it happens again, report it with the node's log."},
    {"invalid_argument", "422", "A value is not what its field takes; `field` names it.",
     "Give what `remedy` asks for."},
    {"invalid_field", "422", "Two fields exclude each other.", "Leave out the one in `field`."},
    {"limit_exceeded", "413, 429",
     "A documented limit is reached. With 413 it is a limit of the field in `field`; with 429 it "
     "is "
     "one of rate or of the day, for instance of a pool that rejects what is over its limit.",
     "With 413 send less at once; with 429 wait for `Retry-After`."},
    {"method_not_allowed", "405", "The resource does not take this method.",
     "Use one of the methods in the header `Allow`."},
    {"missing_field", "422", "A field that has to be there is not.", "Give the field in `field`."},
    {"no_such_route", "404", "There is no resource of that path.",
     "`GET /openapi.json` lists what there is."},
    {"not_acceptable", "406", "The client accepts nothing that this route answers.",
     "Send `Accept: application/json`, or leave the header out."},
    {"not_confirmed", "409",
     "The confirmation is of another action or filter, of another key, or too old.",
     "Count again without `confirm`, and confirm that."},
    {"not_counted", "409", "The node was not counted when the confirmation was made.",
     "Count again without `confirm`, and confirm that."},
    {"not_found", "404", "The object does not exist, or not for this key's account.",
     "List the objects; name the account with `?account=` where the key may act for others."},
    {"not_ready", "503", "The node runs and cannot do its work yet, or no more; `detail` says why.",
     "Wait; load balancers send elsewhere meanwhile."},
    {"overloaded", "503", "The node holds as much data of requests as it may.",
     "Try again after `Retry-After`, with fewer requests at once."},
    {"protocol", "500", "Another server that was asked broke its protocol.",
     "Look at the node's log; try again."},
    {"refused", "403",
     "A rule says no: a domain that is not verified or another account's, a plan that is built in, "
     "the last admin key.",
     "`detail` names the rule, `remedy` the way out."},
    {"stopping", "503", "The node is shutting down.", "Ask another node, or this one later."},
    {"storage_corrupt", "500", "What is on the disk is not what was written.",
     "The node stops by itself; restore it, or let its peers take over."},
    {"storage_failed", "500", "The disk or the database failed.",
     "The node stops by itself; mend the disk and start it again."},
    {"storage_full", "507", "The reserve of free space is reached; delivery goes on.",
     "Free space, or wait until delivery has; `storage.reserve` sets the reserve."},
    {"storage_locked", "500", "Another process uses the data directory.",
     "Stop the other process."},
    {"storage_newer", "500", "The data was written by a later release.",
     "Install that release, or a later one."},
    {"timed_out", "503", "There was no answer in time from inside the node or from another one.",
     "Try again after `Retry-After`; a request with an Idempotency-Key is done once."},
    {"too_many_attempts", "429", "Too many keys that do not count were sent from this address.",
     "Wait for `Retry-After`; keys themselves go on to work as `Authorization: Bearer KEY`."},
    {"too_many_connections", "503", "The node has as many connections as it may.",
     "Close idle connections, or wait for `Retry-After`."},
    {"unauthenticated", "401", "There is no key in the request, or one that does not count.",
     "Send `Authorization: Bearer KEY` with a key of this cluster."},
    {"unavailable", "503",
     "It cannot be done now: the control store is silent, a node does not answer, a service that "
     "is needed is not there.",
     "Try again after `Retry-After`; `warmfront cluster status` shows who is silent."},
    {"unexpected_body", "400", "This request takes no body.", "Leave the body out."},
    {"unknown_field", "422", "The object has no such field; `field` names it.",
     "Mend the name; the reference lists the fields."},
    {"unsupported_field", "422", "This request does not take an Idempotency-Key.",
     "Leave the header out."},
    {"unsupported_media_type", "415", "The body's type is not what the route reads.",
     "Send `application/json`; lists of recipients are `text/csv` or `application/x-ndjson`."},
};

} // namespace

std::span<const problem_code> problem_codes() noexcept {
  return all_problem_codes;
}

} // namespace warmfront::admin
