// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

import GradusStudy

/// Trials are taken once and counted once, and whoever goes on with a study asks what would have been asked.
@Suite struct StudyDeskTests {
  static func plan(_ trials: Int?, parallel: Int = 1, deterministic: Bool = false) -> StudyPlan {
    var plan = StudyPlan(name: "s")
    plan.parameters = [
      ["name": "x", "type": "float", "low": -2.0, "high": 2.0], ["name": "k", "type": "int", "low": 0, "high": 5],
      ["name": "c", "type": "categorical", "choices": ["a", "b", 3]],
      ["name": "y", "type": "float", "low": 0.0, "high": 1.0, "when": ["c": "a"]],
      ["name": "p", "type": "permutation", "count": 3],
    ]
    plan.objectives = [.init("f", .maximize)]
    (plan.trials, plan.parallel, plan.isDeterministic) = (trials, parallel, deterministic)
    return plan
  }

  static func method<M: Catalogued>(_ method: M) -> StudyMethod {
    StudyMethod(name: M.card.name, isParallel: M.self is any ParallelMethod.Type) { problem, seed in
      var request = RunRequest(problems: [problem], oracles: [], seed: seed)
      request.answeredOutside = true
      return try MethodEntry(M.self).open(request)
    }
  }

  static func usual() -> StudyMethod { method(GeneticAlgorithm()) }

  static func value(_ trial: OpenTrial) -> Double {
    let x = trial.values.first { $0.name == "x" }?.value.double ?? 0
    let k = trial.values.first { $0.name == "k" }?.value.double ?? 0
    let y = trial.values.first { $0.name == "y" }?.value.double ?? 0.5
    return -(x - 0.5) * (x - 0.5) - (k - 3) * (k - 3) - y
  }

  static func desk(_ path: String, _ plan: StudyPlan, _ method: StudyMethod = usual()) throws -> StudyDesk {
    try StudyDesk(try StudyStorage(path), plan, method, host: "here")
  }

  /// Takes and ends trials one after the other, at most so many; the points in order.
  @discardableResult
  static func work(_ desk: StudyDesk, atMost: Int = .max) throws -> [JSONValue] {
    var points: [JSONValue] = []
    while points.count < atMost, case .trial(let trial) = try desk.claim() {
      points.append(.object(trial.values))
      try desk.end(trial, .complete(values: [value(trial)], constraints: [], notes: []))
    }
    return points
  }

  @Test func aStudyThatWasLeftGoesOnAsIfItHadNot() throws {
    let folder = try ScratchFolder()
    let whole = try Self.work(try Self.desk(folder.path("whole"), Self.plan(24)))
    #expect(whole.count == 24)
    var parts: [JSONValue] = []
    var random = RandomStream(seed: 4)
    while parts.count < 24 {
      let desk = try Self.desk(folder.path("parts"), Self.plan(24))
      parts += try Self.work(desk, atMost: 1 + random.integer(below: 4))
    }
    #expect(parts == whole)
    let again = try Self.desk(folder.path("parts"), Self.plan(24))
    guard case .done("all 24 trials are done") = try again.claim() else { return #expect(Bool(false)) }
    #expect(again.count() == 24)
    // A longer plan goes on with the same method.
    let longer = try Self.desk(folder.path("parts"), Self.plan(26))
    #expect(try Self.work(longer).count == 2)
  }

  /// Several processes take turns in any order; each sees what the others did.
  @Test(arguments: [0, 1, 2])
  func desksTakeTurns(_ seed: UInt64) throws {
    let folder = try ScratchFolder()
    let desks = try (0..<3).map { _ in try Self.desk(folder.path("s"), Self.plan(20, parallel: 3)) }
    var (random, open, taken): (RandomStream, [(Int, OpenTrial)], [Int]) = (RandomStream(seed: seed), [], [])
    while true {
      let d = random.integer(below: 3)
      if open.count < 5, random.uniform() < 0.6 || open.isEmpty {
        let claim = try desks[d].claim()
        if case .trial(let trial) = claim {
          open.append((d, trial))
          taken.append(trial.number)
        } else if case .done = claim {
          break
        } else {
          // All that may be open is.
          try #require(!open.isEmpty)
        }
      } else {
        let (owner, trial) = open.remove(at: random.integer(below: open.count))
        let outcome: TrialOutcome =
          random.uniform() < 0.2
          ? .failed(reason: "chance", errors: "")
          : .complete(values: [Self.value(trial)], constraints: [], notes: [])
        #expect(try desks[owner].end(trial, outcome))
        #expect(try !desks[owner].end(trial, outcome))
      }
    }
    #expect(taken.sorted() == Array(0..<20))
    let fresh = try Self.desk(folder.path("s"), Self.plan(20, parallel: 3))
    #expect(fresh.count() == 20)
    // Following from the beginning agrees with every trial on the way, or it would throw.
    try fresh.suggester.follow(try #require(fresh.record))
  }

  /// In a fixed order the trials do not depend on how many try them, or on who is faster.
  @Test func aFixedOrder() throws {
    func points(workers: Int, seed: UInt64) throws -> [JSONValue] {
      let folder = try ScratchFolder()
      let plan = Self.plan(24, parallel: 3, deterministic: true)
      let desks = try (0..<workers).map { _ in try Self.desk(folder.path("s"), plan) }
      var (random, open): (RandomStream, [(Int, OpenTrial)]) = (RandomStream(seed: seed), [])
      while true {
        let d = random.integer(below: workers)
        let isFree = !open.contains { $0.0 == d }
        let claim: StudyDesk.Claim = isFree ? try desks[d].claim() : .wait
        if case .trial(let trial) = claim {
          open.append((d, trial))
        } else if case .done = claim {
          break
        } else {
          try #require(!open.isEmpty)
          let (owner, trial) = open.remove(at: random.integer(below: open.count))
          try desks[owner].end(trial, .complete(values: [Self.value(trial)], constraints: [], notes: []))
        }
      }
      let record = try #require(desks[0].record)
      return record.trials.map { .object(record.values(of: $0)) }
    }
    let one = try points(workers: 1, seed: 0)
    #expect(one.count == 24)
    for workers in 1...4 { #expect(try points(workers: workers, seed: UInt64(workers)) == one) }
  }

  @Test func aTrialOfADeadProcessIsTriedOnceMore() throws {
    let folder = try ScratchFolder()
    let path = folder.path("s")
    let plan = Self.plan(3)
    func claim(_ desk: StudyDesk) throws -> OpenTrial {
      guard case .trial(let trial) = try desk.claim() else { throw StorageError("nothing to try") }
      return trial
    }
    // Trials of a process that never was.
    func orphan(_ trial: OpenTrial, _ storage: StudyStorage) throws {
      let study = try #require(storage.replica.study(ofTrial: trial.id))
      let number = try #require(
        storage.replica.trial(trial.id)?.attribute(.system, StudyDesk.workerAttribute)?.whole)
      let name = "\(StudyDesk.workerAttribute):\(number)"
      let own = try #require(study.attribute(.system, name)?.members)
      let dead = JSONValue.object(own.map { $0.name == "pid" ? .init("pid", .integer(1 << 30)) : $0 })
      try storage.change { change in
        change.append(.setStudyAttribute(study: study.id, .system, name: name, dead))
      }
    }
    let first = try Self.desk(path, plan)
    let trial = try claim(first)
    try orphan(trial, first.storage)
    let second = try Self.desk(path, plan)
    #expect(try second.reclaim() == [0])
    #expect(try second.reclaim() == [])
    #expect(try !first.end(trial, .complete(values: [1], constraints: [], notes: [])))
    let retry = try claim(second)
    #expect(retry.values == trial.values && retry.number == 1)
    #expect(second.count() == 0)
    // Lost again: it has failed, and counts.
    try orphan(retry, second.storage)
    let third = try Self.desk(path, plan)
    #expect(try third.reclaim() == [1])
    #expect(third.count() == 1)
    #expect(try Self.work(third).count == 2)
    #expect(third.count() == 3)
    let record = try #require(third.record)
    #expect(record.trials.map(\.state) == [.failed, .failed, .complete, .complete])
    #expect(record.trials[1].attribute(.system, StudyDesk.failureAttribute) == "the process that ran it is gone")
  }

  @Test func releasedTrialsWaitForOthers() throws {
    let folder = try ScratchFolder()
    let (a, b) = (try Self.desk(folder.path("s"), Self.plan(4)), try Self.desk(folder.path("s"), Self.plan(4)))
    guard case .trial(let trial) = try a.claim() else { return #expect(Bool(false)) }
    try a.release(trial)
    guard case .trial(let same) = try b.claim() else { return #expect(Bool(false)) }
    #expect(same == trial)
    try a.release(trial)
    #expect(try b.end(same, .complete(values: [1], constraints: [], notes: [])))
  }

  @Test func trialsOfOthersCount() throws {
    let folder = try ScratchFolder()
    let desk = try Self.desk(folder.path("s"), Self.plan(10))
    let coordinates = desk.suggester.coordinates
    var random = RandomStream(seed: 9)
    try desk.storage.change { change in
      for k in 0..<6 {
        var draft = TrialDraft(.complete)
        draft.parameters = coordinates.parameters(at: coordinates.space.sample(&random))
        draft.values = [Double(k)]
        _ = change.createTrial(in: desk.study, draft)
      }
      // Somebody else's trial with other parameters, and one that runs and never ends.
      var other = TrialDraft(.complete)
      (other.parameters, other.values) = ([.init("z", 1, .float(low: 0, high: 1))], [100])
      _ = change.createTrial(in: desk.study, other)
      _ = change.createTrial(in: desk.study, TrialDraft(.running))
    }
    #expect(try Self.work(desk).count == 3)
    #expect(desk.count() == 10)
  }

  private static let changes: [(cause: String, change: @Sendable (inout StudyPlan) -> Void)] = [
    ("other parameters", { $0.parameters.removeLast() }),
    ("the seed 0", { $0.seed = 7 }),
    ("another method (automatic)", { $0.method = "tpe" }),
    ("free order", { $0.isDeterministic = true }),
  ]

  @Test(arguments: changes.indices) func anotherPlanIsRefused(_ number: Int) throws {
    let (cause, change) = Self.changes[number]
    let folder = try ScratchFolder()
    try Self.work(try Self.desk(folder.path("s"), Self.plan(5)), atMost: 2)
    var other = Self.plan(5)
    change(&other)
    #expect {
      _ = try Self.desk(folder.path("s"), other)
    } throws: {
      "\($0)".hasPrefix("the study \"s\" of \(folder.path("s")) has \(cause); choose another name")
    }
  }

  /// Of an enqueued trial the values that were not given are those of the best point, or in the middle.
  @Test func enqueuedTrialsAreCompleted() throws {
    let folder = try ScratchFolder()
    let desk = try Self.desk(folder.path("s"), Self.plan(10))
    func enqueue(_ fixed: JSONValue) throws {
      try desk.storage.change { change in
        var draft = TrialDraft(.waiting)
        draft.systemAttributes = [.init("fixed_params", fixed)]
        _ = change.createTrial(in: desk.study, draft)
      }
    }
    try enqueue(["x": 0.25, "c": "a"])
    guard case .trial(let trial) = try desk.claim() else { throw StorageError("nothing to try") }
    #expect(trial.values.first { $0.name == "x" }?.value == 0.25 && trial.values.first { $0.name == "c" }?.value == "a")
    #expect(trial.values.map(\.name) == ["x", "k", "c", "y", "p"])
    try desk.end(trial, .complete(values: [1], constraints: [], notes: []))
    let record = try #require(desk.record)
    #expect(desk.suggester.coordinates.point(of: record.trials[0], in: record) != nil)
    for wrong in [["z": 1], ["x": 7], ["c": "q"], ["p": [0, 0, 1]]] as [JSONValue] {
      try enqueue(wrong)
      guard case .wait = try desk.claim() else { throw StorageError("a wrong trial was taken") }
    }
    #expect(desk.record?.trials.dropFirst().allSatisfy { $0.state == .failed } == true)
  }

  /// Methods that wait for whole generations, and such that ask one after the other, in a fixed order.
  @Test func everyKindOfMethodInAFixedOrder() throws {
    var plan = StudyPlan(name: "s")
    plan.parameters = [
      ["name": "x", "type": "float", "low": -2.0, "high": 2.0],
      ["name": "z", "type": "float", "low": -2.0, "high": 2.0],
    ]
    plan.objectives = [.init("f", .minimize)]
    (plan.trials, plan.parallel, plan.isDeterministic) = (30, 4, true)
    for method in [Self.method(CMAES()), Self.method(NelderMead()), Self.method(RandomSearch())] {
      let folder = try ScratchFolder()
      let desk = try Self.desk(folder.path("s"), plan, method)
      while case .trial(let trial) = try desk.claim() {
        let (x, z) = (trial.values[0].value.double ?? 0, trial.values[1].value.double ?? 0)
        try desk.end(trial, .complete(values: [x * x + 3 * z * z + x * z], constraints: [], notes: []))
      }
      #expect(desk.count() == 30, "\(method.name)")
      #expect(try Self.desk(folder.path("s"), plan, method).count() == 30)
    }
  }

  @Test func plansReadBack() throws {
    var plan = Self.plan(7, parallel: 2, deterministic: true)
    plan.command = ["a", "{x}"]
    plan.constraints = [try MetricConstraint("t <= 1")]
    (plan.intermediate, plan.pruning, plan.timeout, plan.repeats) = ("epoch", ["rule": "halving"], 1.5, 3)
    (plan.method, plan.settings, plan.seed) = ("tpe", [.init("a", "1")], 1 << 60)
    plan.fidelities = [FidelityLevel(0.1, cost: 0.2), FidelityLevel(1, cost: 1)]
    plan.beginning = .init(trials: 5, parallel: 2)
    let folder = try ScratchFolder()
    let storage = try StudyStorage(folder.path("s"))
    let id = try storage.change { change in
      let id = change.createStudy("s", [.maximize])
      change.append(.setStudyAttribute(study: id, .system, name: StudyPlan.attribute, plan.json))
      return id
    }
    let reopened = try StudyStorage(folder.path("s"))
    #expect(try StudyPlan(of: try #require(reopened.replica.studies[id])) == plan)
  }

  @Test func pointsAndParameters() throws {
    let coordinates = StudyCoordinates(try Self.plan(nil).space())
    let folder = try ScratchFolder()
    let storage = try StudyStorage(folder.path("s"))
    let study = try storage.change { $0.createStudy("s", [.minimize]) }
    var random = RandomStream(seed: 2)
    for _ in 0..<50 {
      let point = coordinates.space.sample(&random)
      let id = try storage.change { change in
        var draft = TrialDraft()
        draft.parameters = coordinates.parameters(at: point)
        return change.createTrial(in: study, draft)
      }
      let record = try #require(storage.replica.studies[study])
      let trial = try #require(storage.replica.trial(id))
      #expect(coordinates.point(of: trial, in: record) == point)
    }
  }
}
