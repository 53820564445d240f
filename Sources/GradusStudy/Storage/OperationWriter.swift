// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// Writes operations as lines of optuna's operation log: one JSON object each, with the numbers of operations, states and
/// directions that optuna has, and non-finite numbers as Python spells them.
package struct OperationWriter {
  package private(set) var bytes: [UInt8] = []
  /// What was written, in order.
  package private(set) var operations: [StudyOperation] = []
  private let worker: [UInt8]
  /// Distributions as JSON texts inside of JSON strings.
  private var distributions: [ParameterDistribution: [UInt8]] = [:]

  /// Whether all lines but the last say that more follows.
  private let marksMore: Bool

  /// `worker` names who writes, the same for all operations of a process. `marksMore`: all lines of a change but the last one say
  /// that more follows.
  package init(worker: String, marksMore: Bool = false) {
    self.marksMore = marksMore
    var writer = JSONWriter()
    writer.write(worker)
    self.worker = writer.bytes
  }

  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    operations.removeAll(keepingCapacity: true)
  }

  package mutating func write(_ operation: StudyOperation) {
    guard let code = operation.code else { return }
    if marksMore, !bytes.isEmpty {
      bytes.removeLast(2)
      raw(",\"more\":true}\n")
    }
    operations.append(operation)
    raw("{\"op_code\":")
    whole(code)
    raw(",\"worker_id\":")
    bytes += worker
    switch operation {
    case .createStudy(let name, let directions):
      member("study_name", .string(name))
      member("directions", .array(directions.map { .integer($0.rawValue) }))
    case .deleteStudy(let study): member("study_id", study)
    case .setStudyAttribute(let study, let kind, let name, let value):
      member("study_id", study)
      attribute(kind, name, value)
    case .createTrial(let study, let draft): write(draft, study)
    case .setParameter(let trial, let name, let value, let distribution):
      member("trial_id", trial)
      member("param_name", .string(name))
      raw(",\"param_value_internal\":")
      number(value)
      raw(",\"distribution\":")
      write(distribution)
    case .setState(let trial, let state, let values, let time):
      member("trial_id", trial)
      member("state", state.rawValue)
      raw(",\"values\":")
      list(values)
      if let time, state != .waiting {
        raw(state == .running ? ",\"datetime_start\":" : ",\"datetime_complete\":")
        quoted(time)
      }
    case .setIntermediate(let trial, let step, let value):
      member("trial_id", trial)
      member("step", step)
      raw(",\"intermediate_value\":")
      number(value)
    case .setTrialAttribute(let trial, let kind, let name, let value):
      member("trial_id", trial)
      attribute(kind, name, value)
    case .other: break
    }
    raw("}\n")
  }

  private mutating func write(_ draft: TrialDraft, _ study: Int) {
    member("study_id", study)
    raw(",\"datetime_start\":")
    if let started = draft.started { quoted(started) } else { raw("null") }
    let isPlain =
      draft.state == .running && draft.parameters.isEmpty && draft.values == nil && draft.intermediate.isEmpty
      && draft.userAttributes.isEmpty && draft.systemAttributes.isEmpty
    if isPlain { return }
    member("state", draft.state.rawValue)
    // One value stands by itself, several in a list.
    let isList = draft.values?.count ?? 0 > 1
    raw(",\"value\":")
    if let value = draft.values?.first, !isList { number(value) } else { raw("null") }
    raw(",\"values\":")
    list(isList ? draft.values : nil)
    if let completed = draft.completed {
      raw(",\"datetime_complete\":")
      quoted(completed)
    }
    raw(",\"distributions\":{")
    for (i, parameter) in draft.parameters.enumerated() {
      if i > 0 { raw(",") }
      value(.string(parameter.name))
      raw(":")
      write(parameter.distribution)
    }
    raw("},\"params\":{")
    for (i, parameter) in draft.parameters.enumerated() {
      if i > 0 { raw(",") }
      value(.string(parameter.name))
      raw(":")
      number(parameter.value)
    }
    raw("}")
    member("user_attrs", .object(draft.userAttributes))
    member("system_attrs", .object(draft.systemAttributes))
    raw(",\"intermediate_values\":{")
    for (i, entry) in draft.intermediate.enumerated() {
      if i > 0 { raw(",") }
      raw("\"")
      whole(entry.step)
      raw("\":")
      number(entry.value)
    }
    raw("}")
  }

  private mutating func attribute(_ kind: AttributeKind, _ name: String, _ value: JSONValue) {
    member(kind == .user ? "user_attr" : "system_attr", .object([.init(name, value)]))
  }

  private mutating func write(_ distribution: ParameterDistribution) {
    if let known = distributions[distribution] {
      bytes += known
      return
    }
    var writer = JSONWriter()
    writer.write(distribution.json.description)
    distributions[distribution] = writer.bytes
    bytes += writer.bytes
  }

  // MARK: Values

  private mutating func raw(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func member(_ name: StaticString, _ value: JSONValue) {
    raw(",\"")
    raw(name)
    raw("\":")
    self.value(value)
  }

  private mutating func member(_ name: StaticString, _ value: Int) {
    raw(",\"")
    raw(name)
    raw("\":")
    whole(value)
  }

  private mutating func value(_ value: JSONValue) {
    var writer = JSONWriter()
    writer.write(value)
    bytes += writer.bytes
  }

  private mutating func whole(_ value: Int) { bytes.append(contentsOf: value.description.utf8) }

  private mutating func number(_ value: Double) {
    if value.isFinite {
      bytes.append(contentsOf: value.description.utf8)
    } else {
      raw(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
    }
  }

  private mutating func list(_ values: [Double]?) {
    guard let values else { return raw("null") }
    raw("[")
    for (i, value) in values.enumerated() {
      if i > 0 { raw(",") }
      number(value)
    }
    raw("]")
  }

  private mutating func quoted(_ time: Timestamp) {
    raw("\"")
    time.write(to: &bytes)
    raw("\"")
  }
}

extension StudyOperation {
  /// The number of the operation in optuna's log; nil for one that is not written.
  fileprivate var code: Int? {
    switch self {
    case .createStudy: 0
    case .deleteStudy: 1
    case .setStudyAttribute(_, .user, _, _): 2
    case .setStudyAttribute(_, .system, _, _): 3
    case .createTrial: 4
    case .setParameter: 5
    case .setState: 6
    case .setIntermediate: 7
    case .setTrialAttribute(_, .user, _, _): 8
    case .setTrialAttribute(_, .system, _, _): 9
    case .other: nil
    }
  }
}
