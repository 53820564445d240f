// SPDX-License-Identifier: Apache-2.0
import Gradus

/// The rule that ends evaluations early, and the word by which it is chosen and saved.
struct Pruning: Sendable {
  /// The rules to choose from.
  enum Choice: String, CaseIterable {
    case median, halving
  }

  private let choice: Choice
  private var rule: any PruningRule

  /// The median of five others.
  init() {
    choice = .median
    rule = MedianPruning()
  }

  /// True when evaluation `id` should end.
  mutating func report(id: Int, step: Int, value: Double) -> Bool { rule.report(id: id, step: step, value: value) }

  // MARK: Reading

  /// `{"rule": "median", "trials": 5, "warmup": 0, "interval": 1}` or `{"rule": "halving", "first": 1, "ratio": 4}`; nil for
  /// `false`, where no evaluation is to be ended early.
  static func reading(_ json: JSONValue) throws(AskTellError) -> Pruning? {
    if let truth = json.truth { return truth ? Pruning() : nil }
    guard json.members != nil else {
      throw AskTellError(
        .badRequest, "\"pruning\" must be false or an object such as {\"rule\": \"median\", \"trials\": 5}")
    }
    let word = json["rule"].flatMap { $0.isNull ? nil : $0 } ?? "median"
    guard let choice = word.text.flatMap(Choice.init) else {
      let words = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
      throw AskTellError(.badRequest, "\"rule\" of \"pruning\" must be \(words)")
    }
    func whole(_ name: String, _ missing: Int, from low: Int) throws(AskTellError) -> Int {
      guard let found = json[name], !found.isNull else { return missing }
      guard let value = found.whole, value >= low else {
        throw AskTellError(.badRequest, "\"\(name)\" of \"pruning\" must be a whole number of at least \(low)")
      }
      return value
    }
    switch choice {
    case .median:
      return Pruning(
        choice,
        MedianPruning(
          trials: try whole("trials", 5, from: 1), warmup: try whole("warmup", 0, from: 0),
          interval: try whole("interval", 1, from: 1)))
    case .halving:
      return Pruning(
        choice, AsynchronousHalving(first: try whole("first", 1, from: 1), ratio: try whole("ratio", 4, from: 2)))
    }
  }

  private init(_ choice: Choice, _ rule: any PruningRule) {
    self.choice = choice
    self.rule = rule
  }

  // MARK: Saving

  /// The rule with everything that was reported.
  func saved() throws -> JSONValue {
    ["rule": .string(choice.rawValue), "state": try JSONValue(parsing: try Coding.encode(rule))]
  }

  /// What `saved` wrote. Throws where it is damaged.
  init(restoring json: JSONValue) throws {
    guard let choice = json["rule"]?.text.flatMap(Choice.init), let state = json["state"]?.serialized() else {
      throw AskTellError(.state, "the state cannot be read; give back the text of 'save' unchanged")
    }
    switch choice {
    case .median: self.init(choice, try Coding.decode(MedianPruning.self, from: state))
    case .halving: self.init(choice, try Coding.decode(AsynchronousHalving.self, from: state))
    }
  }
}
