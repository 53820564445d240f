// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// The rule that ends evaluations early, and the word by which it is chosen and saved.
public struct TrialPruning: Sendable {
  /// The rules to choose from.
  public enum Choice: String, Sendable, CaseIterable {
    case median, halving
  }

  private let choice: Choice
  private var rule: any PruningRule

  /// The median of five others.
  public init() { self.init(.median, MedianPruning()) }

  private init(_ choice: Choice, _ rule: any PruningRule) {
    self.choice = choice
    self.rule = rule
  }

  /// True when evaluation `id` should end; smaller values are better.
  public mutating func report(id: Int, step: Int, value: Double) -> Bool {
    rule.report(id: id, step: step, value: value)
  }

  /// `{"rule": "median", "trials": 5, "warmup": 0, "interval": 1}`, `{"rule": "halving", "first": 1, "ratio": 4}`, or `true` for the
  /// median of five others; nil for `false`, where no evaluation is to be ended early. Throws what is wrong with it.
  public static func reading(_ json: JSONValue) throws(SpaceError) -> TrialPruning? {
    if let truth = json.truth { return truth ? TrialPruning() : nil }
    guard json.members != nil else {
      throw SpaceError("\"pruning\" must be false or an object such as {\"rule\": \"median\", \"trials\": 5}")
    }
    let word = json["rule"].flatMap { $0.isNull ? nil : $0 } ?? "median"
    guard let choice = word.text.flatMap(Choice.init) else {
      let words = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
      throw SpaceError("\"rule\" of \"pruning\" must be \(words)")
    }
    func whole(_ name: String, _ missing: Int, from low: Int) throws(SpaceError) -> Int {
      guard let found = json[name], !found.isNull else { return missing }
      guard let value = found.whole, value >= low else {
        throw SpaceError("\"\(name)\" of \"pruning\" must be a whole number of at least \(low)")
      }
      return value
    }
    switch choice {
    case .median:
      return TrialPruning(
        choice,
        MedianPruning(
          trials: try whole("trials", 5, from: 1), warmup: try whole("warmup", 0, from: 0),
          interval: try whole("interval", 1, from: 1)))
    case .halving:
      return TrialPruning(
        choice, AsynchronousHalving(first: try whole("first", 1, from: 1), ratio: try whole("ratio", 4, from: 2)))
    }
  }

  /// The rule with everything that was reported.
  public func saved() throws -> JSONValue {
    ["rule": .string(choice.rawValue), "state": try JSONValue(parsing: try Coding.encode(rule))]
  }

  /// What `saved` wrote; nil where it is something else. Throws where the rule's state is damaged.
  public init?(restoring json: JSONValue) throws {
    guard let choice = json["rule"]?.text.flatMap(Choice.init), let state = json["state"]?.serialized() else {
      return nil
    }
    switch choice {
    case .median: self.init(choice, try Coding.decode(MedianPruning.self, from: state))
    case .halving: self.init(choice, try Coding.decode(AsynchronousHalving.self, from: state))
    }
  }
}
