// SPDX-License-Identifier: Apache-2.0
import GradusCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A line of an operation log is not an operation.
package struct OperationError: Error, Hashable {
  package var cause: String
}

/// Reads lines of optuna's operation log. Members may come in any order, and unknown ones are skipped; of numbers only what is
/// needed is converted. Cost: one pass over the bytes, no intermediate tree but for attributes.
package struct OperationReader {
  package typealias Text = Slice<UnsafeBufferPointer<UInt8>>

  /// Distributions by their JSON text; a study has few, and every trial repeats them.
  private var distributions: [[UInt8]: ParameterDistribution] = [:]

  package init() {}

  /// The operation of one line, without its newline, and who wrote it.
  package mutating func read(_ line: Text) throws(OperationError) -> StudyOperation {
    var members = Members(text: line)
    guard members.open() else { throw OperationError(cause: "expected an object") }
    var found: [Member: Text] = [:]
    while let (name, value) = try members.next() {
      if let member = Member(name) { found[member] = value }
    }
    guard members.isClosed else { throw OperationError(cause: "expected the end of the object") }
    return try operation(found)
  }

  /// The members that mean something.
  private enum Member: UInt8 {
    case code, studyName, directions, study, userAttribute, systemAttribute, trial, name, value, distribution, state,
      values
    case started, completed, step, intermediate, draftValue, draftDistributions, draftParameters, draftUser, draftSystem
    case draftIntermediate

    init?(_ name: Text) {
      let known: Member? =
        switch name.count {
        case 4: name.elementsEqual("step".utf8) ? .step : nil
        case 5: name.elementsEqual("state".utf8) ? .state : name.elementsEqual("value".utf8) ? .draftValue : nil
        case 6: name.elementsEqual("values".utf8) ? .values : name.elementsEqual("params".utf8) ? .draftParameters : nil
        case 7: name.elementsEqual("op_code".utf8) ? .code : nil
        case 8:
          name.elementsEqual("trial_id".utf8) ? .trial : name.elementsEqual("study_id".utf8) ? .study : nil
        case 9: name.elementsEqual("user_attr".utf8) ? .userAttribute : nil
        case 10:
          name.elementsEqual("param_name".utf8)
            ? .name
            : name.elementsEqual("study_name".utf8)
              ? .studyName
              : name.elementsEqual("directions".utf8)
                ? .directions : name.elementsEqual("user_attrs".utf8) ? .draftUser : nil
        case 11: name.elementsEqual("system_attr".utf8) ? .systemAttribute : nil
        case 12:
          name.elementsEqual("distribution".utf8)
            ? .distribution : name.elementsEqual("system_attrs".utf8) ? .draftSystem : nil
        case 13: name.elementsEqual("distributions".utf8) ? .draftDistributions : nil
        case 14: name.elementsEqual("datetime_start".utf8) ? .started : nil
        case 17: name.elementsEqual("datetime_complete".utf8) ? .completed : nil
        case 18: name.elementsEqual("intermediate_value".utf8) ? .intermediate : nil
        case 19: name.elementsEqual("intermediate_values".utf8) ? .draftIntermediate : nil
        case 20: name.elementsEqual("param_value_internal".utf8) ? .value : nil
        default: nil
        }
      guard let known else { return nil }
      self = known
    }
  }

  private mutating func operation(_ found: [Member: Text]) throws(OperationError) -> StudyOperation {
    func need(_ member: Member) throws(OperationError) -> Text {
      guard let text = found[member] else { throw OperationError(cause: "lacks \(member)") }
      return text
    }
    func whole(_ member: Member) throws(OperationError) -> Int {
      guard let value = Self.whole(try need(member)) else {
        throw OperationError(cause: "\(member) is no whole number")
      }
      return value
    }
    switch try whole(.code) {
    case 0:
      var directions: [ObjectiveDirection] = []
      for value in try Self.elements(try need(.directions)) {
        directions.append(Self.whole(value).flatMap { ObjectiveDirection(rawValue: $0) } ?? .minimize)
      }
      return .createStudy(name: try Self.string(try need(.studyName)), directions: directions)
    case 1: return .deleteStudy(try whole(.study))
    case 2, 3:
      let kind: AttributeKind = found[.userAttribute] != nil ? .user : .system
      let (name, value) = try Self.attribute(try need(kind == .user ? .userAttribute : .systemAttribute))
      return .setStudyAttribute(study: try whole(.study), kind, name: name, value)
    case 4: return .createTrial(study: try whole(.study), try draft(found))
    case 5:
      return .setParameter(
        trial: try whole(.trial), name: try Self.string(try need(.name)), try Self.number(try need(.value)),
        try distribution(try need(.distribution)))
    case 6:
      guard let state = TrialState(rawValue: try whole(.state)) else { throw OperationError(cause: "unknown state") }
      return .setState(
        trial: try whole(.trial), state, values: try Self.numbers(found[.values]),
        try Self.time(state == .running ? found[.started] : found[.completed]))
    case 7:
      return .setIntermediate(
        trial: try whole(.trial), step: try whole(.step), try Self.number(try need(.intermediate)))
    case 8, 9:
      let kind: AttributeKind = found[.userAttribute] != nil ? .user : .system
      let (name, value) = try Self.attribute(try need(kind == .user ? .userAttribute : .systemAttribute))
      return .setTrialAttribute(trial: try whole(.trial), kind, name: name, value)
    default: return .other
    }
  }

  private mutating func draft(_ found: [Member: Text]) throws(OperationError) -> TrialDraft {
    var draft = TrialDraft()
    if let text = found[.state] {
      guard let state = Self.whole(text).flatMap({ TrialState(rawValue: $0) }) else {
        throw OperationError(cause: "unknown state")
      }
      draft.state = state
    }
    draft.started = try Self.time(found[.started])
    draft.completed = try Self.time(found[.completed])
    draft.values = try Self.numbers(found[.values])
    if draft.values == nil, let value = found[.draftValue], !Self.isNull(value) {
      draft.values = [try Self.number(value)]
    }
    if let parameters = found[.draftParameters], let texts = found[.draftDistributions] {
      var known: [String: ParameterDistribution] = [:]
      for (name, text) in try Self.members(texts) { known[name] = try distribution(text) }
      for (name, text) in try Self.members(parameters) {
        guard let distribution = known[name] else { throw OperationError(cause: "a parameter lacks its distribution") }
        draft.parameters.append(.init(name, try Self.number(text), distribution))
      }
    }
    if let text = found[.draftUser] { draft.userAttributes = try Self.value(text).members ?? [] }
    if let text = found[.draftSystem] { draft.systemAttributes = try Self.value(text).members ?? [] }
    if let text = found[.draftIntermediate] {
      for (name, value) in try Self.members(text) {
        guard let step = Int(name) else { throw OperationError(cause: "a step is no whole number") }
        draft.intermediate.append(IntermediateValue(step: step, value: try Self.number(value)))
      }
    }
    return draft
  }

  private mutating func distribution(_ text: Text) throws(OperationError) -> ParameterDistribution {
    let key = Array(text)
    if let known = distributions[key] { return known }
    // JSON inside of a string.
    let inner = Array(try Self.string(text).utf8)
    let json = try inner.withUnsafeBufferPointer { (bytes) throws(OperationError) in try Self.value(bytes[...]) }
    guard let distribution = ParameterDistribution(json: json) else {
      throw OperationError(cause: "unknown distribution")
    }
    distributions[key] = distribution
    return distribution
  }
}

// MARK: Values

extension OperationReader {
  private static func isNull(_ text: Text) -> Bool { text.elementsEqual("null".utf8) }

  private static func whole(_ text: Text) -> Int? {
    var (value, place) = (0, text.startIndex)
    let isNegative = text.first == UInt8(ascii: "-")
    if isNegative { place += 1 }
    guard place < text.endIndex, text.endIndex - place <= 18 else { return nil }
    while place < text.endIndex {
      guard case 48...57 = text[place] else { return nil }
      value = 10 * value + Int(text[place] - 48)
      place += 1
    }
    return isNegative ? -value : value
  }

  /// A JSON number, or one of Python's words for the others.
  private static func number(_ text: Text) throws(OperationError) -> Double {
    if let whole = whole(text), abs(whole) < 1 << 53 { return Double(whole) }
    if text.elementsEqual("NaN".utf8) { return .nan }
    if text.elementsEqual("Infinity".utf8) { return .infinity }
    if text.elementsEqual("-Infinity".utf8) { return -.infinity }
    guard let value = Double(Substring(decoding: text, as: UTF8.self)), value.isFinite else {
      throw OperationError(cause: "expected a number")
    }
    return value
  }

  /// nil for null and where there is nothing.
  private static func numbers(_ text: Text?) throws(OperationError) -> [Double]? {
    guard let text, !isNull(text) else { return nil }
    var numbers: [Double] = []
    for element in try elements(text) { numbers.append(try number(element)) }
    return numbers
  }

  private static func time(_ text: Text?) throws(OperationError) -> Timestamp? {
    guard let text, !isNull(text) else { return nil }
    guard text.count > 2, text.first == UInt8(ascii: "\""), let time = Timestamp(text.dropFirst().dropLast()) else {
      throw OperationError(cause: "expected a time such as \"2026-01-31T12:00:00.000000+00:00\"")
    }
    return time
  }

  private static func string(_ text: Text) throws(OperationError) -> String {
    guard text.count >= 2, text.first == UInt8(ascii: "\"") else { throw OperationError(cause: "expected a string") }
    let inner = text.dropFirst().dropLast()
    if !inner.contains(UInt8(ascii: "\\")) { return String(decoding: inner, as: UTF8.self) }
    guard let string = try value(text).text else { throw OperationError(cause: "expected a string") }
    return string
  }

  private static func value(_ text: Text) throws(OperationError) -> JSONValue {
    guard let value = PythonJSON.value(Array(text)) else { throw OperationError(cause: "expected a JSON value") }
    return value
  }

  private static func attribute(_ text: Text) throws(OperationError) -> (String, JSONValue) {
    guard let members = try value(text).members, members.count == 1 else {
      throw OperationError(cause: "expected one attribute")
    }
    return (members[0].name, members[0].value)
  }

  private static func members(_ text: Text) throws(OperationError) -> [(String, Text)] {
    var (reader, list) = (Members(text: text), [(String, Text)]())
    guard reader.open() else { throw OperationError(cause: "expected an object") }
    while let (name, value) = try reader.next() {
      // The quotes belong to the string.
      list.append((try string(text.base[(name.startIndex - 1)..<(name.endIndex + 1)]), value))
    }
    return list
  }

  private static func elements(_ text: Text) throws(OperationError) -> [Text] {
    var (reader, list) = (Members(text: text), [Text]())
    guard reader.openList() else { throw OperationError(cause: "expected an array") }
    while let value = try reader.nextElement() { list.append(value) }
    return list
  }
}
