// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What a study is about: what is varied, how it is tried, and what is wanted. It is kept in the study, so that whoever opens
/// the storage can go on with it.
public struct StudyPlan: Sendable, Hashable {
  /// How a trial is tried.
  public enum Conduct: String, Sendable, Hashable, CaseIterable {
    /// The command is started for each trial, and its last words are the values.
    case command
    /// The command is started once for each place and hears of trials as lines of JSON.
    case lines = "json-lines"
  }

  /// A named value that the command tells.
  public struct Objective: Sendable, Hashable {
    public var name: String
    public var direction: ObjectiveDirection

    public init(_ name: String, _ direction: ObjectiveDirection) {
      self.name = name
      self.direction = direction
    }
  }

  public var name: String
  /// Words; `{NAME}` stands for the value of a parameter.
  public var command: [String] = []
  public var conduct = Conduct.command
  /// Descriptions as in `SearchSpace(json:)`.
  public var parameters: [JSONValue] = []
  public var objectives: [Objective] = []
  public var constraints: [MetricConstraint] = []
  /// The name of the number of steps in lines that a running trial prints; nil: there are none.
  public var intermediate: String?
  /// The rule that ends trials early, as in `ask-tell`; false: nobody does.
  public var pruning: JSONValue = true
  /// Finished trials after which the study is done; nil: it never is.
  public var trials: Int?
  /// Trials that are open at the same time.
  public var parallel = 1
  /// The method; nil: one that fits.
  public var method: String?
  public var settings: [Setting] = []
  /// Seconds after which a trial has failed; nil: never.
  public var timeout: Double?
  /// Seconds without a sign after which a worker elsewhere is taken for dead.
  public var grace = 60.0
  /// How often each trial is run; its values are the means.
  public var repeats = 1
  /// Whether the same trial may have other values another time.
  public var isNoisy = false
  /// Cheaper ways to run a trial, as in `ask-tell`; empty: none.
  public var fidelities: [FidelityLevel] = []
  /// Whether the trials are the same for any number of workers.
  public var isDeterministic = false
  public var seed: UInt64 = 0
  /// What the method was told of the number of trials and of those at a time when the study began; nil: what is said above. The
  /// method's questions depend on it, so that it stays when the plan changes.
  public var beginning: Beginning?

  /// The length and width that a study began with.
  public struct Beginning: Sendable, Hashable {
    public var trials: Int?
    public var parallel: Int

    /// What a study began with.
    public init(trials: Int?, parallel: Int) {
      self.trials = trials
      self.parallel = parallel
    }
  }

  /// A setting of the method.
  public struct Setting: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A plan without parameters and objectives.
  public init(name: String) { self.name = name }

  /// The space of the parameters. Throws what is wrong with which one.
  public func space() throws(SpaceError) -> SearchSpace { try SearchSpace(json: parameters) }

  /// The problem for a search method; all objectives are to be minimized there.
  public func problem() throws(SpaceError) -> SearchProblem {
    SearchProblem(
      try space(), objectives: objectives.count, constraints: constraints.count, isNoisy: isNoisy || repeats > 1,
      fidelities: fidelities, budget: beginning.map(\.trials) ?? trials, parallelism: beginning?.parallel ?? parallel)
  }
}

extension StudyPlan {
  /// The plan with the length and width that its study in the storage began with.
  public func begun(in storage: StudyStorage) throws -> StudyPlan {
    try storage.refresh()
    var plan = self
    if let study = storage.replica.study(named: name), !study.trials.isEmpty, let old = try StudyPlan(of: study) {
      plan.beginning = old.beginning
    }
    return plan
  }

  /// In what a plan that goes on with this one's trials must not differ, in words; nil where it does not.
  func difference(from other: StudyPlan) -> String? {
    if parameters != other.parameters { return "other parameters" }
    if objectives != other.objectives { return "other objectives" }
    if constraints != other.constraints { return "other constraints" }
    if fidelities != other.fidelities { return "other fidelities" }
    if method != other.method || settings != other.settings { return "another method (\(method ?? "automatic"))" }
    if seed != other.seed { return "the seed \(seed)" }
    if repeats != other.repeats || isNoisy != other.isNoisy { return "other repeats or noise" }
    if isDeterministic != other.isDeterministic { return isDeterministic ? "fixed order" : "free order" }
    if isDeterministic, parallel != other.parallel { return "\(parallel) trials at a time in a fixed order" }
    return nil
  }

  /// The name of the attribute of a study that holds its plan.
  public static let attribute = "gradus:plan"

  /// Everything but the name, which is the study's.
  public var json: JSONValue {
    [
      "version": 1, "command": JSONValue(strings: command), "protocol": .string(conduct.rawValue),
      "parameters": .array(parameters),
      "objectives": .array(
        objectives.map { ["name": .string($0.name), "direction": .string("\($0.direction)")] }),
      "constraints": JSONValue(strings: constraints.map(\.text)), "intermediate": JSONValue(intermediate),
      "pruning": pruning, "trials": trials.map { .integer($0) } ?? .null, "parallel": .integer(parallel),
      "by": JSONValue(method),
      "settings": .object(settings.map { JSONValue.Member($0.name, .string($0.value)) }), "timeout": JSONValue(timeout),
      "grace": .number(grace),
      "repeats": .integer(repeats), "noisy": .bool(isNoisy),
      "fidelities": .array(fidelities.map { ["fidelity": .number($0.fidelity), "cost": .number($0.cost)] }),
      "deterministic": .bool(isDeterministic), "seed": JSONValue(seed),
      "beginning": [
        "trials": (beginning.map(\.trials) ?? trials).map { .integer($0) } ?? .null,
        "parallel": .integer(beginning?.parallel ?? parallel),
      ],
    ]
  }

  /// The plan of a study; nil where it has none. Throws where it cannot be read.
  public init?(of study: StudyRecord) throws {
    guard let json = study.attribute(.system, Self.attribute) else { return nil }
    func broken(_ what: String) -> StorageError {
      StorageError(
        "the plan of the study \"\(study.name)\" cannot be read (\(what)); a newer version may have written it")
    }
    guard json["version"]?.whole == 1 else { throw broken("version") }
    self.init(name: study.name)
    command = json["command"]?.elements?.compactMap(\.text) ?? []
    conduct = json["protocol"]?.text.flatMap(Conduct.init) ?? .command
    parameters = json["parameters"]?.elements ?? []
    objectives = try (json["objectives"]?.elements ?? []).map { entry in
      guard let name = entry["name"]?.text, let direction = entry["direction"]?.text else { throw broken("objectives") }
      return Objective(name, direction == "maximize" ? .maximize : .minimize)
    }
    constraints = try (json["constraints"]?.elements ?? []).map { entry in
      guard let text = entry.text else { throw broken("constraints") }
      return try MetricConstraint(text)
    }
    intermediate = json["intermediate"]?.text
    pruning = json["pruning"] ?? true
    trials = json["trials"]?.whole
    parallel = max(1, json["parallel"]?.whole ?? 1)
    method = json["by"]?.text
    settings = (json["settings"]?.members ?? []).compactMap { member in
      member.value.text.map { Setting(member.name, $0) }
    }
    timeout = json["timeout"]?.double
    grace = max(0.1, json["grace"]?.double ?? grace)
    repeats = max(1, json["repeats"]?.whole ?? 1)
    isNoisy = json["noisy"]?.truth ?? false
    fidelities = (json["fidelities"]?.elements ?? []).compactMap { entry in
      guard let fidelity = entry["fidelity"]?.double, let cost = entry["cost"]?.double else { return nil }
      guard fidelity > 0, fidelity <= 1, cost > 0 else { return nil }
      return FidelityLevel(fidelity, cost: cost)
    }
    isDeterministic = json["deterministic"]?.truth ?? false
    seed = UInt64(json["seed"]?.whole ?? 0)
    if let begun = json["beginning"] {
      beginning = Beginning(trials: begun["trials"]?.whole, parallel: max(1, begun["parallel"]?.whole ?? 1))
    }
    guard !objectives.isEmpty else { throw broken("objectives") }
    _ = try space()
  }
}
