// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusFormulation
import GradusLearning
import GradusNumerics

/// A transformer of 60,000 parameters learns to formulate word problems in two amounts.
///
///     SFT         cross-entropy on told problems with their formulations, Adam
///     KTO         what it writes itself about further problems, good where it has the right optimum (`KahnemanTverskyLoss`)
///     correction  what text and formulation say is counted, and the solver is asked; what fails is written again, 12 rounds
///
/// The grammar lets nothing be written that is no program. What KTO is compared with has the further problems and steps as well, as more
/// SFT of the same; it is told their formulations, KTO their optima alone. The words are tokens of a small grammar: this is a
/// reproduction at a reduced scale and says nothing about language models.
public struct LLMOPTSystem: AtlasEntry {
  public static let system = "LLMOPT"
  public static let home = "KahnemanTverskyLoss, TextTransformer, ModelExecutor"
  public static let scale = AtlasScale(
    paper: "models of 7 and 14 billion parameters on six sets of word problems",
    here:
      "a transformer of 60,000 parameters on 4,000 problems of at most 30 tokens, 500 held out (fast: 8, learned by heart and asked)"
  )
  public static let claims = [
    AtlasClaim(
      "final", "With KTO and self-correction it solves at least 10 points more than after SFT.",
      metric: "share of held-out problems", baseline: "SFT", .atLeast, 0.1, comparison: .difference,
      requirement: .share(0.8)),
    AtlasClaim(
      "preference", "KTO solves no less than SFT.", metric: "share of held-out problems", baseline: "SFT", .atLeast, 0,
      comparison: .difference, requirement: .share(0.8)),
    AtlasClaim(
      "correction", "Self-correction solves no less than KTO.", metric: "share of held-out problems",
      baseline: "SFT and KTO", .atLeast, 0, comparison: .difference, requirement: .share(0.8)),
    AtlasClaim(
      "execution", "At least 99 % of what is written runs.", metric: "share of formulations", .atLeast, 0.99,
      comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "more", "More than as much further SFT brings, which is told the formulations.",
      metric: "share of held-out problems", baseline: "further SFT", .atLeast, 0, comparison: .difference,
      isReported: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "KTO with good and bad exchanged, a corrector that has learned nothing, and formulations whose end is cut off")

  public init() {}

  public struct Tuned: Sendable {
    /// Of Adam, for KTO.
    var rate = 1e-4
    /// β.
    var strength = 0.1
  }

  private struct Item: Sendable {
    var text: [Int32]
    var answer: [Int32]
  }

  /// Problems that have an optimum.
  private static func items(_ count: Int, _ random: RandomStream, _ solver: TokenSolver) async throws -> [Item] {
    var items: [Item] = []
    var k = 0
    while items.count < count {
      var stream = random.child("problem", k)
      k += 1
      let problem = TokenProblem.drawn(&stream)
      guard try await solver.optimum(problem.answer) != nil else { continue }
      items.append(Item(text: problem.text(&stream), answer: problem.answer))
    }
    return items
  }

  private static func sizes(_ trial: AtlasTrial) -> (items: Int, further: Int, held: Int, steps: Int, kto: Int) {
    trial.size(fast: (8, 8, 8, 30, 4), claim: (4000, 1500, 500, 900, 200))
  }

  // MARK: Training

  private static func trained(
    _ items: [Item], from start: Buffer<Float>, rate: Double, steps: Int, _ random: RandomStream, _ trial: AtlasTrial
  ) throws -> Buffer<Float> {
    let length = TokenProblem.lengths.text + TokenProblem.lengths.answer - 1
    var (tokens, labels): ([Int32], [Int32]) = ([], [])
    for item in items {
      let text = item.text + item.answer
      for k in 0..<length {
        tokens.append(k + 1 < text.count ? text[k] : 0)
        labels.append(k + 1 < text.count && k + 1 >= item.text.count ? text[k + 1] : -1)
      }
    }
    let data = try LearningData(
      sequences: tokens, length: length, vocabulary: TokenProblem.vocabulary, labels: labels,
      classCount: TokenProblem.vocabulary)
    let loss = NetworkLoss(TokenFormulator.model, on: data)
    return try walked(loss, loss.model.layout, items.count, start, rate, steps, 32, random, trial)
  }

  private static func walked(
    _ oracle: some MinibatchOracle<Buffer<Float>>, _ layout: Layout, _ count: Int, _ start: Buffer<Float>,
    _ rate: Double, _ steps: Int, _ batch: Int, _ random: RandomStream, _ trial: AtlasTrial
  ) throws -> Buffer<Float> {
    var adam = Adam()
    adam.rate = rate
    let schedule = Schedule(peak: 1, shape: .linear, steps: steps)
    var (point, order) = (start, random.child("order"))
    var memory = adam.start(layout)
    for t in 1...steps {
      try trial.step(0.5)
      let rows = (0..<batch).map { _ in order.integer(below: count) }
      guard let answer = try oracle.immediateLinearization(at: point, of: rows, stream: random) else { break }
      var span = point.elements.mutableSpan
      adam.update(
        &span, gradient: answer.gradient.elements.span, state: &memory, layout: layout,
        context: StepContext(step: t, rateFactor: schedule.rate(at: t)))
    }
    return point
  }

  /// What it writes about further problems, with verdicts: twice each, once the likeliest and once drawn.
  private static func judged(
    _ formulator: TokenFormulator, _ items: [Item], _ solver: TokenSolver, _ random: RandomStream, swaps: Bool
  ) async throws -> [JudgedText] {
    var texts: [JudgedText] = []
    for (k, item) in items.enumerated() {
      var stream = random.child("write", k)
      for isDrawn in [false, true] {
        let answer = try formulator.write(item.text, &stream, isDrawn: isDrawn)
        let isGood = try await solver.agree(answer, item.answer)
        texts.append(JudgedText(prompt: item.text, answer: answer, isGood: isGood != swaps))
      }
    }
    return texts
  }

  private static func share(
    _ formulator: TokenFormulator, _ items: [Item], rounds: Int, _ solver: TokenSolver, _ random: RandomStream
  ) async throws -> Double {
    var right = 0
    for (k, item) in items.enumerated() {
      var stream = random.child("item", k)
      let found = try await formulator.corrected(item.text, rounds: rounds, &stream, solver)
      right += try await solver.agree(found.answer, item.answer) ? 1 : 0
    }
    return Double(right) / Double(items.count)
  }

  private static func tunedBase(
    _ trial: AtlasTrial, _ solver: TokenSolver
  ) async throws -> (base: TokenFormulator, further: [Item], items: [Item]) {
    let sizes = sizes(trial), random = trial.random
    let items = try await items(sizes.items, random.child("learned"), solver)
    let further = try await self.items(sizes.further, random.child("further"), solver)
    let start = TokenFormulator.model.initialParameters(random.child("start"))
    let base = try trained(items, from: start, rate: 0.003, steps: sizes.steps, random.child("tuning"), trial)
    return (TokenFormulator(parameters: base), further, items)
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var tuned = Tuned()
    if trial.effort == .fast { return tuned }
    let solver = TokenSolver(), random = trial.random
    let (base, further, _) = try await Self.tunedBase(trial, solver)
    let held = try await Self.items(200, random.child("held"), solver)
    let texts = try await Self.judged(base, further, solver, random, swaps: false)
    var best = -1.0
    for strength in [0.1, 1, 5] {
      let loss = try KahnemanTverskyLoss(
        TokenFormulator.model, reference: base.parameters, on: texts, strength: strength)
      for rate in [2e-5, 1e-4, 5e-4] {
        let point = try Self.walked(
          loss, loss.problem().layout, texts.count, base.parameters, rate, Self.sizes(trial).kto, 64,
          random.child("preference"), trial)
        let found = try await Self.share(TokenFormulator(parameters: point), held, rounds: 0, solver, random)
        if found > best { (best, tuned.rate, tuned.strength) = (found, rate, strength) }
      }
    }
    return tuned
  }

  // MARK: Measuring

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let solver = TokenSolver(), random = trial.random, sizes = Self.sizes(trial)
    let (base, further, items) = try await Self.tunedBase(trial, solver)
    // Too few for anything but learning by heart: then what was learned is asked.
    let held =
      trial.effort == .fast ? items : try await Self.items(sizes.held, random.child("held"), solver)
    let texts = try await Self.judged(base, further, solver, random, swaps: !isHonest)
    let loss = try KahnemanTverskyLoss(
      TokenFormulator.model, reference: base.parameters, on: texts, strength: tuned.strength)
    let preferred = TokenFormulator(
      parameters: try Self.walked(
        loss, loss.problem().layout, texts.count, base.parameters, isHonest ? tuned.rate : 0.01, sizes.kto, 64,
        random.child("preference"), trial))
    let told = TokenFormulator(
      parameters: try Self.trained(
        further, from: base.parameters, rate: 1e-3, steps: 2 * sizes.kto, random.child("further"), trial))
    let draws = random.child("draws")
    let sft = try await Self.share(base, held, rounds: 0, solver, draws)
    let kto = try await Self.share(preferred, held, rounds: 0, solver, draws)
    // A corrector that has learned nothing begins anew.
    let unlearned = TokenFormulator(parameters: TokenFormulator.model.initialParameters(random.child("start")))
    let final = try await Self.share(isHonest ? preferred : unlearned, held, rounds: 12, solver, draws)
    let more = try await Self.share(told, held, rounds: 0, solver, draws)
    return [
      AtlasObservation("final", measured: final, baseline: sft),
      AtlasObservation("preference", measured: kto, baseline: sft),
      AtlasObservation("correction", measured: final, baseline: isHonest ? kto : sft),
      AtlasObservation("execution", measured: try await Self.runs(preferred, held, solver, draws, isCut: !isHonest)),
      AtlasObservation("more", measured: kto, baseline: more),
    ]
  }

  /// The share of what is written that runs, an optimum or not; without its last token, where it is cut.
  private static func runs(
    _ formulator: TokenFormulator, _ items: [Item], _ solver: TokenSolver, _ random: RandomStream, isCut: Bool
  ) async throws -> Double {
    var ran = 0
    for (k, item) in items.enumerated() {
      var stream = random.child("item", k)
      let answer = try formulator.write(item.text, &stream, isDrawn: false)
      ran += try await solver.runs(isCut ? answer.dropLast() : answer) ? 1 : 0
    }
    return Double(ran) / Double(items.count)
  }
}
