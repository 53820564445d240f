// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNumerics
import Testing

@Suite struct CurvatureTrainerTests {
  /// (1/B) Σ ½aᵢ(xᵢ − bᵢ)² over the coordinates of a batch's rows: row r moves coordinate r mod 4. The diagonal is exact.
  struct Bowls: HeldOutOracle, CurvatureOracle, ZerothOrderOracle {
    var tellsCurvature = true

    func answer(_ point: Buffer<Float>, _ rows: [Int]) -> Linearization<Buffer<Float>> {
      var (value, gradient) = (0.0, [Float](repeating: 0, count: 4))
      for row in rows {
        let (j, a) = (row % 4, Float(1 + row))
        let miss = point.elements[j] - Float(row % 3)
        value += Double(0.5 * a * miss * miss) / Double(rows.count)
        gradient[j] += a * miss / Float(rows.count)
      }
      return Linearization(value: value, gradient: Buffer(gradient))
    }

    func diagonal(_ rows: [Int]) -> Buffer<Float> {
      var diagonal = [Float](repeating: 0, count: 4)
      for row in rows { diagonal[row % 4] += Float(1 + row) / Float(rows.count) }
      return Buffer(diagonal)
    }

    func linearization(
      at point: Buffer<Float>, of rows: [Int], stream: RandomStream
    ) async throws -> Linearization<Buffer<Float>> { answer(point, rows) }

    func curvatureDiagonal(
      at point: Buffer<Float>, of rows: [Int], by estimate: CurvatureEstimate, stream: RandomStream
    ) async throws -> Buffer<Float> { diagonal(rows) }

    func heldOutLoss(at point: Buffer<Float>) async throws -> Double { answer(point, Array(0..<12)).value }

    func value(at point: Buffer<Float>) async throws -> Double { answer(point, Array(0..<12)).value }

    var curvature: (any CurvatureOracle<Buffer<Float>>)? { tellsCurvature ? self : nil }

    var problem: Training {
      Training(
        layout: Layout([("x", [2]), ("y", [2])]), start: Buffer([1, -1, 0.5, 2]), observationCount: 12,
        modelFingerprint: 1, dataFingerprint: 1)
    }
  }

  static func sophia(every: Int = 5) -> Sophia {
    var rule = Sophia()
    (rule.rate, rule.every, rule.curvature) = (0.05, every, .bartlett)
    return rule
  }

  static func method(_ every: Int = 5) -> CurvatureTrainer<Sophia> {
    CurvatureTrainer(Trainer(sophia(every: every), batchSize: 4, steps: 23))
  }

  @Test func curvatureIsAskedEveryFewStepsForTheBatchOfTheStep() throws {
    let (oracle, method) = (Bowls(), Self.method())
    var s = method.start(oracle.problem, random: RandomStream(seed: 1))
    var (asked, rows): ([Int], [Int]?) = ([], nil)
    while let question = method.ask(&s) {
      switch question {
      case .curvature(let curvature):
        #expect(curvature.estimate == .bartlett && curvature.point == s.parameters)
        asked.append(s.step)
        rows = curvature.rows
        method.tell(&s, .curvature(oracle.diagonal(curvature.rows)), to: question)
      case .batch(let batch):
        if let rows { #expect(batch.rows == rows) }
        rows = nil
        method.tell(&s, .batch(oracle.answer(batch.point, batch.rows)), to: question)
      }
    }
    #expect(asked == [0, 5, 10, 15, 20])
    #expect(s.step == 23 && s.curvature?.heard == 5 && s.curvature?.passedOver == 0)
  }

  /// The rule by hand, told the same.
  @Test func theRuleHearsWhatWasTold() throws {
    let (oracle, method) = (Bowls(), Self.method())
    var s = method.start(oracle.problem, random: RandomStream(seed: 1))
    let (rule, layout) = (method.trainer.rule, oracle.problem.layout)
    var (point, memory) = (oracle.problem.start.elements, rule.start(layout))
    var steps = 0
    while let question = method.ask(&s) {
      switch question {
      case .curvature(let curvature):
        let told = oracle.diagonal(curvature.rows)
        rule.hear(told.elements.span, state: &memory, layout: layout)
        method.tell(&s, .curvature(told), to: question)
      case .batch(let batch):
        let answer = oracle.answer(batch.point, batch.rows)
        steps += 1
        var place = point
        var span = place.mutableSpan
        rule.update(
          &span, gradient: answer.gradient.elements.span, state: &memory, layout: layout,
          context: StepContext(step: steps))
        point = place
        method.tell(&s, .batch(answer), to: question)
        #expect(s.parameters.elements == point)
      }
    }
    #expect(steps == 23)
  }

  @Test func savedBetweenTheTwoQuestionsItGoesOnToTheBit() throws {
    let (oracle, method) = (Bowls(), Self.method(1))
    func answer(
      _ s: inout Trainer<Sophia>.State, _ question: CurvatureQuestion<Buffer<Float>>
    ) {
      switch question {
      case .curvature(let curvature): method.tell(&s, .curvature(oracle.diagonal(curvature.rows)), to: question)
      case .batch(let batch): method.tell(&s, .batch(oracle.answer(batch.point, batch.rows)), to: question)
      }
    }
    var (a, b) = (
      method.start(oracle.problem, random: RandomStream(seed: 1)),
      method.start(oracle.problem, random: RandomStream(seed: 1))
    )
    for turn in 0..<31 {
      answer(&a, try #require(method.ask(&a)))
      if turn.isMultiple(of: 3) {
        b = try JSONDecoder().decode(Trainer<Sophia>.State.self, from: JSONEncoder().encode(b))
      }
      answer(&b, try #require(method.ask(&b)))
    }
    #expect(a.parameters == b.parameters && a.step == 15 && a.curvature == b.curvature)
  }

  @Test(arguments: [Float.nan, .infinity])
  func anEstimateThatIsNoNumberIsPassedOver(_ bad: Float) throws {
    let (oracle, method) = (Bowls(), Self.method(1))
    var s = method.start(oracle.problem, random: RandomStream(seed: 1))
    while let question = method.ask(&s) {
      switch question {
      case .curvature: method.tell(&s, .curvature(Buffer([1, bad, 1, 1])), to: question)
      case .batch(let batch): method.tell(&s, .batch(oracle.answer(batch.point, batch.rows)), to: question)
      }
    }
    #expect(s.step == 23 && s.curvature?.passedOver == 23 && s.curvature?.heard == 0)
    #expect(s.parameters.elements.allSatisfy(\.isFinite) && s.parameters != oracle.problem.start)
  }

  @Test func watchedTrainingHearsTheSame() async throws {
    let oracle = Bowls()
    let alone = try Run(oracle.problem, by: Self.method(), asking: oracle, seed: 3)
    let watched = try Run(
      oracle.problem, by: EarlyStopping(Self.method().trainer, every: 7), asking: oracle, seed: 3)
    while try await alone.step() {}
    while try await watched.step() {}
    #expect(watched.state.training.parameters == alone.state.parameters)
    #expect(watched.state.training.curvature?.heard == 5)
  }

  @Test func whoCannotTellCurvatureIsRefused() async throws {
    let oracle = Bowls(tellsCurvature: false)
    let run = try Run(oracle.problem, by: EarlyStopping(Self.method().trainer, every: 7), asking: oracle, seed: 3)
    await #expect(throws: (any Error).self) { try await run.step() }
  }

  /// Every way of composing rules hands the diagonal on.
  @Test func composedRulesHear() throws {
    let oracle = Bowls()
    func trained<Rule: UpdateRule>(_ rule: Rule) throws -> (wanted: CurvatureEstimate?, parameters: Buffer<Float>) {
      let method = CurvatureTrainer(Trainer(rule, batchSize: 4, steps: 12))
      var s = method.start(oracle.problem, random: RandomStream(seed: 1))
      while let question = method.ask(&s) {
        switch question {
        case .curvature(let curvature): method.tell(&s, .curvature(oracle.diagonal(curvature.rows)), to: question)
        case .batch(let batch): method.tell(&s, .batch(oracle.answer(batch.point, batch.rows)), to: question)
        }
      }
      return (rule.wantedCurvature(at: 1), s.parameters)
    }
    var rule = Self.sophia()
    // Large enough that steps are not clipped.
    rule.scale = 100
    let plain = try trained(rule)
    var deaf = rule
    deaf.curvature = .gradient
    #expect(try trained(deaf).parameters != plain.parameters && trained(deaf).wanted == nil)
    let others = [
      try trained(Clipped(rule, length: 1e6)), try trained(Averaged(rule, .moving(0.9))),
      try trained(Projected(rule, to: .ball(1e6))), try trained(Grouped(rule, [.init("x", [:])])),
      try trained(Partitioned("x", rule, else: rule)),
    ]
    for other in others { #expect(other.wanted == .bartlett && other.parameters == plain.parameters) }
  }

  /// Newton's steps, clipped: the condition does not matter.
  @Test(arguments: [1.0, 1e2, 1e4]) func exactCurvatureForgetsTheCondition(_ condition: Double) {
    var rule = Sophia()
    (rule.rate, rule.beta1, rule.beta2, rule.scale, rule.every) = (1, 0, 0, 1, 1)
    rule.curvature = .hutchinson
    let layout = Layout([("x", [2])])
    let a: [Float] = [1, Float(1 / condition)]
    var (point, memory): ([Float], _) = ([2.5, -1.5], rule.start(layout))
    for step in 1...3 {
      rule.hear(a.span, state: &memory, layout: layout)
      let gradient = zip(a, point).map { $0 * $1 }
      var place = point
      var span = place.mutableSpan
      rule.update(
        &span, gradient: gradient.span, state: &memory, layout: layout, context: StepContext(step: step))
      point = place
    }
    #expect(point.allSatisfy { abs($0) < 1e-5 })
  }
}
