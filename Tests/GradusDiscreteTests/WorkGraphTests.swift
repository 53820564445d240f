// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusDiscrete
import GradusNumerics
import Testing

@Suite struct WorkGraphTests {
  /// Everything is tried.
  private static func cheapest(_ graph: WorkGraph) -> Double? {
    var best: Double?
    var choice = [Int](repeating: 0, count: graph.tasks.count)
    while true {
      if let figures = graph.figures(of: choice), graph.admits(figures) {
        best = min(best ?? .infinity, graph.cost(of: figures))
      }
      var k = 0
      while k < choice.count {
        choice[k] += 1
        if choice[k] < graph.tasks[k].alternatives.count { break }
        choice[k] = 0
        k += 1
      }
      if k == choice.count { return best }
    }
  }

  private static func random(_ seed: UInt64) throws -> WorkGraph {
    var stream = RandomStream(seed: seed).child("graph")
    let count = 1 + stream.integer(below: 6)
    let tasks = (0..<count).map { k in
      WorkGraph.Task(
        "t\(k)", after: (0..<k).filter { _ in stream.integer(below: 3) == 0 },
        (0...stream.integer(below: 4)).map { _ in
          // Few values, so that there are ties.
          .init(
            "w", money: Double(stream.integer(below: 6)), time: Double(stream.integer(below: 6)),
            success: 1 - Double(stream.integer(below: 5)) / 10)
        })
    }
    let weights = WorkGraph.Weights(
      money: Double(stream.integer(below: 3)), time: Double(stream.integer(below: 3)),
      quality: Double(stream.integer(below: 3)))
    return try WorkGraph(
      tasks, weights: weights, floor: stream.integer(below: 2) == 0 ? 0 : stream.uniform(),
      deadline: stream.integer(below: 2) == 0 ? .infinity : Double(stream.integer(below: 25)))
  }

  private static func solved(_ graph: WorkGraph) async throws -> Solution<[Int]> {
    let run = try Run(graph, by: WorkLabels(), asking: graph)
    return try await run.finish(until: .answers(1000))
  }

  @Test func theCheapestOfAllIsFound() async throws {
    var (feasible, infeasible) = (0, 0)
    for seed in 0..<1500 as Range<UInt64> {
      let graph = try Self.random(seed)
      let solution = try await Self.solved(graph)
      if let best = Self.cheapest(graph) {
        let value = try #require(solution.verdict.objective)
        #expect(abs(value - best) <= 1e-9 && solution.status == .optimal, "\(seed): \(value), \(best)")
        #expect(solution.verdict.certificate.verified && solution.verdict.certificate.pointChecked)
        let bound = try #require(solution.verdict.bound)
        #expect(bound <= best + 1e-12 && bound >= best - 2e-9 * max(1, best))
        feasible += 1
      } else {
        #expect(solution.status == .infeasible && solution.verdict.certificate.verified, "\(seed)")
        infeasible += 1
      }
    }
    #expect(feasible > 600 && infeasible > 200, "\(feasible) \(infeasible)")
  }

  /// A fork with a join: the branches run beside each other, so only the slower one counts, and the faster one may be cheap.
  private static func fork(floor: Double = 0, deadline: Double = .infinity) throws -> WorkGraph {
    let way: (String, Double, Double, Double) -> WorkGraph.Alternative = { .init($0, money: $1, time: $2, success: $3) }
    return try WorkGraph(
      [
        .init("begin", [way("code", 1, 1, 1)]),
        .init("left", after: [0], [way("fast", 5, 2, 0.9), way("slow", 1, 6, 0.9)]),
        .init("right", after: [0], [way("fast", 5, 2, 1), way("slow", 1, 5, 0.5)]),
        .init("end", after: [1, 2], [way("code", 1, 1, 1)]),
      ], weights: .init(money: 1, time: 2, quality: 0), floor: floor, deadline: deadline)
  }

  @Test func branchesRunBesideEachOther() async throws {
    // Money 12, 8, 8, 4; time 4, 7, 8, 8.
    let free = try await Self.solved(Self.fork())
    #expect(free.report.point == [0, 1, 1, 0] && free.verdict.objective == 20)
    // One after the other, both slow ones would cost 2 · (1 + 6 + 5 + 1) + 4.
    let sure = try await Self.solved(Self.fork(floor: 0.9))
    #expect(sure.report.point == [0, 0, 0, 0] && sure.verdict.objective == 20)
    let soon = try await Self.solved(Self.fork(deadline: 7))
    #expect(soon.report.point == [0, 0, 0, 0])
    let never = try await Self.solved(Self.fork(deadline: 3))
    #expect(never.status == .infeasible)
    let better = try await Self.solved(Self.fork(floor: 0.95))
    #expect(better.status == .infeasible)
  }

  /// One after the other without limits, the best of each is the best of all, and one label is left of each.
  @Test func aChainIsAShortestPath() async throws {
    var stream = RandomStream(seed: 7)
    let tasks = (0..<40).map { k in
      WorkGraph.Task(
        "t\(k)", after: k == 0 ? [] : [k - 1],
        (0..<4).map {
          .init("w\($0)", money: stream.uniform(), time: stream.uniform(), success: 0.5 + 0.5 * stream.uniform())
        })
    }
    let graph = try WorkGraph(tasks, weights: .init(money: 1, time: 2, quality: 3))
    let run = try Run(graph, by: WorkLabels(), asking: graph)
    let solution = try await run.finish(until: .answers(1000))
    let direct = tasks.reduce(0) { sum, task in
      sum + (task.alternatives.map { $0.money + 2 * $0.time - 3 * VectorMath.log($0.success) }.min() ?? 0)
    }
    #expect(abs((solution.verdict.objective ?? 0) - direct) < 1e-9 && solution.status == .optimal)
    #expect(run.state.labelCount <= 40 && run.progress.answers == 40)
  }

  /// Whoever claims an optimum that is none is found out, as is who claims that nothing is possible.
  @Test func theJudgeBelievesNobody() async throws {
    let graph = try Self.fork()
    func verdict(_ choice: [Int], _ claim: Claim, _ graph: WorkGraph) async throws -> Verdict {
      var report = Report(point: choice, value: 0, claim: claim)
      report.bound = 0
      return try await graph.judge(report, asking: Inquiry(asking: graph), tolerances: Tolerances())
    }
    let worse = try await verdict([0, 0, 1, 0], .optimal, graph)
    #expect(worse.outcome == .feasible && worse.objective == 22 && !worse.certificate.verified)
    #expect(worse.certificate.note == "another choice costs 20.0")
    let late = try await verdict([0, 1, 1, 0], .infeasible, try Self.fork(deadline: 7))
    #expect(late.outcome == .unproved && late.certificate.note == "another choice keeps floor and deadline")
    for wrong in [[], [0, 0, 0], [0, 2, 0, 0], [0, -1, 0, 0]] {
      #expect(try await verdict(wrong, .optimal, graph).outcome == .unproved)
    }
    #expect(try await verdict([0, 1, 1, 0], .exhausted, graph).outcome == .optimal)
  }

  @Test func anAuditTellsWhereCostsComeFrom() async throws {
    let graph = try Self.fork()
    let audit = try #require(WorkAudit(try await Self.solved(graph), of: graph))
    #expect(audit.lines.map(\.alternative) == ["code", "slow", "slow", "code"])
    #expect(audit.lines.map(\.isCritical) == [true, true, false, true])
    #expect(audit.lines.map(\.start) == [0, 1, 1, 7] && audit.cost == 20 && audit.status == .optimal)
    #expect(
      audit.description.hasPrefix(
        "begin: code, money 1.0, from 0.0 to 1.0, success 1.0, critical\nleft: slow, money 1.0, from 1.0 to 7.0, success 0.9"
      ))
    #expect(audit.description.contains("cost 20.0 = 4.0 money + 16.0 time + 0.0 quality\noptimal, at least 20.0; "))
  }

  @Test func resumptionIsExact() async throws {
    let graph = try Self.random(3)
    let method = WorkLabels()
    let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
    encoder.outputFormatting = .sortedKeys
    decoder.userInfo[.given] = graph
    var state = try method.start(graph, random: RandomStream(seed: 0))
    while let question = method.ask(&state) {
      let saved = try encoder.encode(state)
      state = try decoder.decode(WorkLabels.State.self, from: saved)
      #expect(try encoder.encode(state) == saved && method.ask(&state) == question)
      method.tell(&state, try await question.put(to: graph), to: question)
    }
    let known = try await Self.solved(graph)
    #expect(method.report(state).point == known.report.point)
    let written = try encoder.encode(graph)
    #expect(try decoder.decode(WorkGraph.self, from: written) == graph)
  }

  @Test func graphsThatAreNoneAreRefused() {
    let way = WorkGraph.Alternative("w", money: 1, time: 1, success: 0.5)
    var bad = way
    for (number, change)
      in ([{ $0.money = -1 }, { $0.time = .nan }, { $0.success = 0 }, { $0.success = 1.5 }, { $0.money = .infinity }]
      as [(inout WorkGraph.Alternative) -> Void]).enumerated()
    {
      bad = way
      change(&bad)
      let ways = [bad]
      #expect(throws: Unsuitable.self, "\(number)") { try WorkGraph([.init("t", ways)]) }
    }
    #expect(throws: Unsuitable.self) { try WorkGraph([]) }
    #expect(throws: Unsuitable.self) { try WorkGraph([.init("t", [])]) }
    for after in [[0], [1], [-1]] {
      #expect(throws: Unsuitable.self) { try WorkGraph([.init("t", after: after, [way])]) }
    }
    #expect(throws: Unsuitable.self) { try WorkGraph([.init("t", [way])], floor: 1.5) }
    #expect(throws: Unsuitable.self) { try WorkGraph([.init("t", [way])], weights: .init(time: -1)) }
    #expect(throws: Unsuitable.self) { try WorkGraph([.init("t", [way])], deadline: .nan) }
  }

  /// Out of labels, it says so and gives what it knows.
  @Test func limitsAreKept() async throws {
    let graph = try Self.fork(floor: 0.4)
    var method = WorkLabels()
    method.limit = 1
    let solution = try await Run(graph, by: method, asking: graph).finish(until: .answers(1000))
    #expect(solution.report.claim == .exhausted || solution.report.claim == .optimal)
    #expect(solution.verdict.certificate.pointChecked)
  }
}
