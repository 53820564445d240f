// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusModeling

/// The parts of a study's spec.
extension SpecReader {
  /// A node as a JSON value: numbers, truth values and null as what they look like, unless they are quoted.
  func json(_ node: DocumentNode) -> JSONValue {
    switch node.content {
    case .absent: .null
    case .sequence(let elements): .array(elements.map { json($0) })
    case .mapping(let entries): .object(entries.map { .init($0.key.text, json($0.value)) })
    case .scalar(let scalar): scalar.isQuoted ? .string(scalar.text) : Self.json(scalar.text)
    }
  }

  private static func json(_ text: String) -> JSONValue {
    switch text {
    case "true": return true
    case "false": return false
    case "null", "~": return .null
    default: break
    }
    // What does not look like a number when it is written again was not meant as one.
    if let whole = Int(text), whole.description == text { return .integer(whole) }
    let digits = text.first == "-" ? text.dropFirst() : text[...]
    let isPlain = digits.first.map { $0.isNumber || $0 == "." } ?? false
    let hasZeros = digits.count > 1 && digits.first == "0" && digits.dropFirst().first?.isNumber == true
    if isPlain, !hasZeros, let number = Double(text), number.isFinite { return .number(number) }
    return .string(text)
  }

  private func list(_ node: DocumentNode, _ name: String, _ example: String) throws(ReadError) -> [DocumentNode] {
    switch node.content {
    case .sequence(let elements) where !elements.isEmpty: return elements
    case .scalar: return [node]
    default: throw error(node, "\(name) is \(node.what)", example)
    }
  }

  private func mapping(_ node: DocumentNode, _ name: String, _ example: String) throws(ReadError) -> [DocumentNode
    .Entry]
  {
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      throw error(node, "\(name) is \(node.what)", example)
    }
    return entries
  }

  func parameters(_ node: DocumentNode) throws(ReadError) -> [JSONValue] {
    let example = "a mapping such as lr: {type: float, low: 1e-5, high: 0.1, log: true}"
    var known: [JSONValue] = []
    for entry in try mapping(node, "parameters", example) {
      let parts = try entries(
        entry.value, of: "a parameter", known: ["type", "low", "high", "log", "step", "choices", "count", "when"],
        example: "{type: float, low: 0, high: 1}")
      var members: [JSONValue.Member] = [.init("name", .string(entry.key.text))]
      members += parts.map { .init($0.key.text, json($0.value)) }
      known.append(.object(members))
      do { _ = try SearchSpace(json: known) } catch {
        throw source.error(
          at: entry.key.offset, error.description, expected: "a parameter such as {type: float, low: 0, high: 1}")
      }
    }
    return known
  }

  func command(_ node: DocumentNode) throws(ReadError) -> [String] {
    let example = "a list of words such as [python3, train.py, --lr, \"{lr}\"]"
    guard case .sequence(let elements) = node.content, !elements.isEmpty else {
      throw error(node, "command is \(node.what)", example)
    }
    var words: [String] = []
    for element in elements { words.append(try text(element, "a word of the command", example)) }
    return words
  }

  func objectives(_ node: DocumentNode) throws(ReadError) -> [StudyPlan.Objective] {
    var objectives: [StudyPlan.Objective] = []
    for entry in try mapping(node, "objectives", "a mapping such as loss: minimize") {
      switch try text(entry.value, entry.key.text, "minimize or maximize") {
      case "minimize", "min": objectives.append(.init(entry.key.text, .minimize))
      case "maximize", "max": objectives.append(.init(entry.key.text, .maximize))
      case let other: throw error(entry.value, "\(entry.key.text) is '\(other)'", "minimize or maximize")
      }
    }
    return objectives
  }

  func constraints(_ node: DocumentNode) throws(ReadError) -> [MetricConstraint] {
    var constraints: [MetricConstraint] = []
    for element in try list(node, "constraints", "a list such as [\"latency <= 20\"]") {
      let text = try text(element, "a constraint", "a condition such as \"latency <= 20\"")
      do { constraints.append(try MetricConstraint(text)) } catch {
        throw self.error(element, error.description, "a condition such as \"latency <= 20\"")
      }
    }
    return constraints
  }

  func pruning(_ node: DocumentNode) throws(ReadError) -> JSONValue {
    var value = json(node)
    if let word = value.text { value = ["rule": .string(word)] }
    do { _ = try TrialPruning.reading(value) } catch {
      throw self.error(
        node, error.description, "{rule: median, trials: 5, warmup: 0}, {rule: halving, first: 1, ratio: 4}, or false")
    }
    return value
  }

  func settings(_ node: DocumentNode) throws(ReadError) -> [StudyPlan.Setting] {
    var settings: [StudyPlan.Setting] = []
    for entry in try mapping(node, "settings", "a mapping such as candidates: 512") {
      settings.append(.init(entry.key.text, try text(entry.value, entry.key.text)))
    }
    return settings
  }

  /// `90`, `90s`, `10m`, `1.5h`, `2d`.
  func seconds(_ node: DocumentNode, _ name: String) throws(ReadError) -> Double {
    let expected = "a time such as 90, 90s, 10m, 1.5h or 2d"
    let text = try text(node, name, expected)
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let unit = text.last.flatMap { units[$0] }
    guard let value = Double(unit == nil ? text[...] : text.dropLast()), value > 0, value * (unit ?? 1) <= 1e9 else {
      throw error(node, "\(name) is '\(text)'", expected)
    }
    return value * (unit ?? 1)
  }

  func fidelities(_ node: DocumentNode) throws(ReadError) -> [FidelityLevel] {
    let example = "a list such as [{fidelity: 0.1, cost: 0.1}, {fidelity: 1, cost: 1}]"
    var levels: [FidelityLevel] = []
    for element in try list(node, "fidelities", example) {
      if element.scalar != nil {
        let fidelity = try number(element, "a fidelity", 1e-9...1)
        levels.append(FidelityLevel(fidelity, cost: fidelity))
        continue
      }
      var (fidelity, cost): (Double?, Double?) = (nil, nil)
      for entry in try entries(element, of: "a fidelity", known: ["fidelity", "cost"], example: example) {
        let value = try number(entry.value, entry.key.text, 1e-9...(entry.key.text == "cost" ? 1e9 : 1))
        if entry.key.text == "cost" { cost = value } else { fidelity = value }
      }
      guard let fidelity else { throw error(element, "no 'fidelity'", example) }
      levels.append(FidelityLevel(fidelity, cost: cost ?? fidelity))
    }
    levels.sort { $0.fidelity < $1.fidelity }
    guard levels.last?.fidelity == 1 else { throw error(node, "the full fidelity 1 is missing", example) }
    for (a, b) in zip(levels, levels.dropFirst()) where a.fidelity == b.fidelity {
      throw error(node, "the fidelity \(a.fidelity) occurs twice", example)
    }
    return levels
  }

  /// `other-study`, or `{study: other, storage: other.journal}`.
  func origin(_ node: DocumentNode, _ storage: String) throws(ReadError) -> (study: String, storage: String) {
    if let name = node.scalar?.text { return (name, storage) }
    var (study, place) = ("", storage)
    let example = "the name of a study, or {study: NAME, storage: URL}"
    for entry in try entries(node, of: "from", known: ["study", "storage"], example: example) {
      let value = try text(entry.value, entry.key.text)
      if entry.key.text == "study" { study = value } else { place = value }
    }
    return (study, place)
  }

  func starts(_ node: DocumentNode, _ plan: StudyPlan) throws(ReadError) -> [JSONValue] {
    let example = "a list of points such as [{lr: 0.01, layers: 2}]"
    guard case .sequence(let elements) = node.content, !elements.isEmpty else {
      throw error(node, "start is \(node.what)", example)
    }
    var starts: [JSONValue] = []
    for element in elements {
      let point = json(element)
      do {
        let space = try plan.space()
        _ = try space.point(json: point)
      } catch { throw self.error(element, error.description, example) }
      starts.append(point)
    }
    return starts
  }
}
