// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import GradusHeader
import Synchronization

/// What a `gradus_search` points to: a session, for one thread at a time.
final class SearchHandle: Sendable {
  let session: Mutex<AskTellSession>
  /// What does not change, so that nobody waits for it.
  let dimension: Int
  let objectives: Int
  let constraints: Int
  let isNumeric: Bool

  init(_ session: consuming sending AskTellSession) {
    dimension = session.description.space.dimension
    objectives = session.description.objectives
    constraints = session.description.constraints
    isNumeric = session.entry.outsideName != "rank"
    self.session = Mutex(session)
  }

  /// The handle behind a pointer of the caller. Throws where there is none.
  static func of(_ pointer: OpaquePointer?) throws -> SearchHandle {
    guard let pointer else { throw AskTellError(.badRequest, "the search is NULL; begin one with gradus_start") }
    return Unmanaged<SearchHandle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }

  /// The handle for the caller, who gives it back to `release`.
  var pointer: OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  static func release(_ pointer: OpaquePointer?) {
    guard let pointer else { return }
    Unmanaged<SearchHandle>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }
}

/// What a `gradus_rule` points to: a rule with its memory, for one thread at a time.
final class RuleHandle: Sendable {
  let rule: Mutex<any RuleStepping>
  /// What does not change, so that nobody waits for it.
  let facts: RuleFacts

  init(_ rule: any RuleStepping) {
    facts = rule.facts
    self.rule = Mutex(rule)
  }

  /// The handle behind a pointer of the caller. Throws where there is none.
  static func of(_ pointer: OpaquePointer?) throws -> RuleHandle {
    guard let pointer else { throw AskTellError(.badRequest, "the rule is NULL; begin one with gradus_rule_start") }
    return Unmanaged<RuleHandle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }

  /// The handle for the caller, who gives it back to `release`.
  var pointer: OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  static func release(_ pointer: OpaquePointer?) {
    guard let pointer else { return }
    Unmanaged<RuleHandle>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }
}
