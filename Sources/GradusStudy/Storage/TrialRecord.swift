// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What is known of a trial.
public struct TrialRecord: Sendable, Hashable {
  /// Of all trials of the storage.
  public let id: Int
  /// Of its study, from 0.
  public let number: Int
  public internal(set) var state: TrialState
  public internal(set) var started: Timestamp?
  public internal(set) var completed: Timestamp?
  /// In the order in which they were set.
  public internal(set) var parameters: [Setting] = []
  /// One for each objective, in the user's sense; empty before the end, and where there are none.
  public internal(set) var values: [Double] = []
  /// In ascending order of steps.
  public internal(set) var intermediate: [IntermediateValue] = []
  public internal(set) var userAttributes: [JSONValue.Member] = []
  public internal(set) var systemAttributes: [JSONValue.Member] = []

  /// A value of a parameter; which parameter, by its place in the study.
  public struct Setting: Sendable, Hashable {
    public var parameter: Int
    /// The number of `ParameterDistribution`.
    public var value: Double
  }

  /// An attribute by name.
  public func attribute(_ kind: AttributeKind, _ name: String) -> JSONValue? {
    (kind == .user ? userAttributes : systemAttributes).first { $0.name == name }?.value
  }

  /// Seconds from beginning to end, where both are known.
  public var seconds: Double? { started.flatMap { start in completed.map { $0.seconds(since: start) } } }

  mutating func set(_ kind: AttributeKind, _ name: String, _ value: JSONValue) {
    switch kind {
    case .user: Self.set(&userAttributes, name, value)
    case .system: Self.set(&systemAttributes, name, value)
    }
  }

  static func set(_ members: inout [JSONValue.Member], _ name: String, _ value: JSONValue) {
    if let place = members.firstIndex(where: { $0.name == name }) {
      members[place].value = value
    } else {
      members.append(.init(name, value))
    }
  }

  /// A later value of the same step takes the place of the earlier one.
  mutating func set(_ value: IntermediateValue) {
    var place = intermediate.count
    while place > 0, intermediate[place - 1].step >= value.step { place -= 1 }
    if place < intermediate.count, intermediate[place].step == value.step {
      intermediate[place] = value
    } else {
      intermediate.insert(value, at: place)
    }
  }
}

/// What is known of a study.
public struct StudyRecord: Sendable, Hashable {
  public let id: Int
  public let name: String
  public let directions: [ObjectiveDirection]
  public internal(set) var userAttributes: [JSONValue.Member] = []
  public internal(set) var systemAttributes: [JSONValue.Member] = []
  /// Every name with every distribution it has had.
  public internal(set) var parameters: [Parameter] = []
  /// By number.
  public internal(set) var trials: [TrialRecord] = []
  /// Numbers of the trials that wait or run, in ascending order.
  public internal(set) var unfinished: [Int] = []
  /// What happened to trials, in the order of all operations.
  public internal(set) var events: [Event] = []
  private var places: [Parameter: Int] = [:]

  /// A trial was made, or has ended; of one that was made ended, both at once.
  public struct Event: Sendable, Hashable {
    private let code: Int32

    init(_ number: Int, isEnd: Bool) { code = Int32(truncatingIfNeeded: isEnd ? ~number : number) }

    public var trial: Int { Int(code < 0 ? ~code : code) }
    public var isEnd: Bool { code < 0 }
  }

  /// A named parameter.
  public struct Parameter: Sendable, Hashable {
    public var name: String
    public var distribution: ParameterDistribution
  }

  package init(id: Int, name: String, directions: [ObjectiveDirection]) {
    self.id = id
    self.name = name
    self.directions = directions
  }

  /// An attribute by name.
  public func attribute(_ kind: AttributeKind, _ name: String) -> JSONValue? {
    (kind == .user ? userAttributes : systemAttributes).first { $0.name == name }?.value
  }

  /// The values of a trial by the names of parameters.
  public func values(of trial: TrialRecord) -> [JSONValue.Member] {
    trial.parameters.map { setting in
      let parameter = parameters[setting.parameter]
      return JSONValue.Member(parameter.name, parameter.distribution.value(setting.value))
    }
  }

  mutating func place(of name: String, _ distribution: ParameterDistribution) -> Int {
    let parameter = Parameter(name: name, distribution: distribution)
    if let known = places[parameter] { return known }
    parameters.append(parameter)
    places[parameter] = parameters.count - 1
    return parameters.count - 1
  }
}
