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
  /// The last one that was read.
  private var last: (text: [UInt8], value: ParameterDistribution)?

  package init() {}

  /// The operation of one line, without its newline, and who wrote it.
  package mutating func read(_ line: Text) throws(OperationError) -> StudyOperation {
    var members = Members(text: line)
    guard members.open() else { throw OperationError(cause: "expected an object") }
    found.clear()
    while let (name, value) = try members.next() {
      if let member = Member(name) { found[member] = value }
    }
    guard members.isClosed else { throw OperationError(cause: "expected the end of the object") }
    return try operation(found)
  }

  /// The text of each member of a line.
  private struct Found {
    private var texts = [Text?](repeating: nil, count: Int(Member.draftIntermediate.rawValue) + 1)

    subscript(_ member: Member) -> Text? {
      get { texts[Int(member.rawValue)] }
      set { texts[Int(member.rawValue)] = newValue }
    }

    mutating func clear() { for k in texts.indices { texts[k] = nil } }
  }

  /// That of the last line; a place of its own for every line would cost as much as reading it.
  private var found = Found()

  /// The members that mean something.
  private enum Member: UInt8 {
    case code, studyName, directions, study, userAttribute, systemAttribute, trial, name, value, distribution, state,
      values
    case started, completed, step, intermediate, draftValue, draftDistributions, draftParameters, draftUser, draftSystem
    case draftIntermediate

    init?(_ name: Text) {
      func equals(_ name: Text, _ word: StaticString) -> Bool { OperationReader.equals(name, word) }
      let known: Member? =
        switch name.count {
        case 4: equals(name, "step") ? .step : nil
        case 5: equals(name, "state") ? .state : equals(name, "value") ? .draftValue : nil
        case 6: equals(name, "values") ? .values : equals(name, "params") ? .draftParameters : nil
        case 7: equals(name, "op_code") ? .code : nil
        case 8:
          equals(name, "trial_id") ? .trial : equals(name, "study_id") ? .study : nil
        case 9: equals(name, "user_attr") ? .userAttribute : nil
        case 10:
          equals(name, "param_name")
            ? .name
            : equals(name, "study_name")
              ? .studyName
              : equals(name, "directions")
                ? .directions : equals(name, "user_attrs") ? .draftUser : nil
        case 11: equals(name, "system_attr") ? .systemAttribute : nil
        case 12:
          equals(name, "distribution")
            ? .distribution : equals(name, "system_attrs") ? .draftSystem : nil
        case 13: equals(name, "distributions") ? .draftDistributions : nil
        case 14: equals(name, "datetime_start") ? .started : nil
        case 17: equals(name, "datetime_complete") ? .completed : nil
        case 18: equals(name, "intermediate_value") ? .intermediate : nil
        case 19: equals(name, "intermediate_values") ? .draftIntermediate : nil
        case 20: equals(name, "param_value_internal") ? .value : nil
        default: nil
        }
      guard let known else { return nil }
      self = known
    }
  }

  private mutating func operation(_ found: Found) throws(OperationError) -> StudyOperation {
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

  private mutating func draft(_ found: Found) throws(OperationError) -> TrialDraft {
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
      let known = try Self.members(texts)
      for (place, (name, text)) in try Self.members(parameters).enumerated() {
        // Mostly in the same order.
        let isHere = place < known.count && known[place].0 == name
        guard let own = isHere ? known[place].1 : known.last(where: { $0.0 == name })?.1 else {
          throw OperationError(cause: "a parameter lacks its distribution")
        }
        draft.parameters.append(.init(name, try Self.number(text), try distribution(own)))
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
    if let last, Self.equals(text, last.text) { return last.value }
    let key = Array(text)
    if let known = distributions[key] {
      last = (key, known)
      return known
    }
    // JSON inside of a string.
    let inner = Array(try Self.string(text).utf8)
    let json = try inner.withUnsafeBufferPointer { (bytes) throws(OperationError) in try Self.value(bytes[...]) }
    guard let distribution = ParameterDistribution(json: json) else {
      throw OperationError(cause: "unknown distribution")
    }
    distributions[key] = distribution
    last = (key, distribution)
    return distribution
  }
}

// MARK: Values

extension OperationReader {
  /// Whether these are the bytes of a word.
  private static func equals(_ text: Text, _ word: StaticString) -> Bool {
    guard text.count == word.utf8CodeUnitCount, let base = text.base.baseAddress else { return false }
    return memcmp(base + text.startIndex, word.utf8Start, text.count) == 0
  }

  private static func equals(_ text: Text, _ bytes: [UInt8]) -> Bool {
    guard text.count == bytes.count, let base = text.base.baseAddress else { return false }
    return bytes.withUnsafeBytes { other in
      other.baseAddress.map { memcmp(base + text.startIndex, $0, text.count) == 0 } ?? true
    }
  }

  private static func isNull(_ text: Text) -> Bool { equals(text, "null") }

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
    if equals(text, "NaN") { return .nan }
    if equals(text, "Infinity") { return .infinity }
    if equals(text, "-Infinity") { return -.infinity }
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
