// SPDX-License-Identifier: Apache-2.0

/// One setting as the catalog shows it.
public struct SettingDescription: Sendable, Codable, Hashable {
  public var name: String
  public var defaultValue: String
  public var help: String
  public var lower: Double?
  public var upper: Double?
  public var choices: [String]?
  public var role = SettingRole.behavior

  /// The setting as `owner` has it.
  public init<Owner>(_ setting: Setting<Owner>, of owner: Owner) {
    name = setting.name
    defaultValue = setting.read(owner)
    help = setting.help
    lower = setting.range?.lowerBound
    upper = setting.range?.upperBound
    choices = setting.choices
    role = setting.role
  }
}

/// Everything needed to put a catalogued method to work on a problem whose types are known only at run time.
public struct RunRequest: Sendable {
  /// The problem in every form it can be stated in; the first that the method takes is used.
  public var problems: [any Sendable]
  /// Who may answer; the first that can answer the method's questions is used. Empty: answers come from outside.
  public var oracles: [any Sendable]
  /// Who answers the judge; nil: the oracle itself.
  public var judge: (any Sendable)?
  public var settings: [(name: String, value: String)]
  public var seed: UInt64
  public var clock: RunClock
  public var resuming: Checkpoint?
  /// True when nobody here answers: `ask` and `tell` drive the run.
  public var answeredOutside = false

  public init(
    problems: [any Sendable], oracles: [any Sendable], judge: (any Sendable)? = nil,
    settings: [(name: String, value: String)] = [], seed: UInt64 = 0, clock: RunClock = .continuous,
    resuming: Checkpoint? = nil
  ) {
    self.problems = problems
    self.oracles = oracles
    self.judge = judge
    self.settings = settings
    self.seed = seed
    self.clock = clock
    self.resuming = resuming
  }
}

/// A method as the catalog and the command line see it.
public struct MethodEntry: Sendable {
  public let card: Card
  public let settings: [SettingDescription]
  /// Ways to vary the method beside its settings.
  public let variations: [SettingVariation]
  /// What its questions need of an oracle, in words.
  public let needs: String
  /// The problem class it takes, by its type's name.
  public let problem: String
  /// True when it can use more than one answerer at a time.
  public let isParallel: Bool
  /// What must be told when its questions are answered outside; nil when they cannot be.
  public let outsideName: String?
  /// What the method does, formulas first: the documentation of its type.
  public let page: String
  /// The method itself, for the laws.
  public let type: any Catalogued.Type

  private let opener: @Sendable (RunRequest) throws -> any ErasedRun
  private let taker: @Sendable (any Sendable) -> Bool

  /// `page` is the documentation of the type, formulas first.
  public init<M: Catalogued>(_ type: M.Type, page: String = "") {
    self.page = page
    card = M.card
    settings = M.settings.map { SettingDescription($0, of: M()) }
    variations = M.variations
    needs = M.Question.needs
    problem = "\(M.Problem.self)"
    isParallel = M.self is any ParallelMethod.Type
    outsideName = (M.Question.self as? any VectorQuestion.Type)?.outsideName
    self.type = type
    taker = { $0 is M.Problem || ($0 is SearchProblem && M.self is any BoxMethod.Type) }
    opener = { try Self.open(M.self, $0) }
  }

  /// True when the method takes a problem of this class.
  public func takes(_ problem: any Sendable) -> Bool { taker(problem) }

  /// A run of the method on the request. Throws `Unsuitable` or `SettingError` before anything is asked.
  public func open(_ request: RunRequest) throws -> any ErasedRun { try opener(request) }

  private static func open<M: Catalogued>(_ type: M.Type, _ request: RunRequest) throws -> any ErasedRun {
    if !request.problems.contains(where: { $0 is M.Problem }),
      request.problems.contains(where: { $0 is SearchProblem }), let box = type as? any BoxMethod.Type
    {
      return try openOverSpace(box, request)
    }
    let method = try M(settings: request.settings)
    guard let problem = request.problems.lazy.compactMap({ $0 as? M.Problem }).first else {
      throw Unsuitable(
        method: M.card.name, needs: "a problem of class \(M.Problem.self)",
        found: request.problems.first.map { "\(Swift.type(of: $0))" } ?? "none",
        remedy: "'gradus methods --for FILE' lists the methods that fit.")
    }
    let oracle = SingleObjective.answerer(of: M.Question.self, among: request.oracles)
    if oracle == nil, !request.answeredOutside {
      throw Unsuitable(
        method: M.card.name, needs: M.Question.needs,
        found: request.oracles.isEmpty ? "no oracle" : "an oracle that cannot tell them",
        remedy: "Try '--derivatives finite', or a method from 'gradus methods --for FILE'.")
    }
    if let checkpoint = request.resuming {
      return try Run<M>(
        resuming: checkpoint, of: problem, asking: oracle, judgedBy: request.judge, clock: request.clock)
    }
    guard let oracle else { return try Run(problem, by: method, seed: request.seed, clock: request.clock) }
    return try Run(
      problem, by: method, asking: oracle, seed: request.seed, judgedBy: request.judge, clock: request.clock)
  }
}

extension MethodEntry {
  /// A method for boxes on a search space.
  private static func openOverSpace<M: BoxMethod>(_ type: M.Type, _ request: RunRequest) throws -> any ErasedRun {
    try open(OverSpace<M>.self, request)
  }
}

extension Catalogued {
  /// The method with its defaults and these changes.
  public init(settings: [(name: String, value: String)]) throws(SettingError) {
    self.init()
    for (name, text) in settings {
      guard let setting = Self.settings.first(where: { $0.name == name }) else {
        throw .unknown(name, method: Self.card.name, nearest: nearest(to: name, among: Self.settings.map(\.name)))
      }
      try setting.write(&self, text)
    }
  }
}
