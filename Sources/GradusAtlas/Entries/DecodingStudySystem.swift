// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusStudy

/// Decoding settings of a small transformer that has learned running sums from chains with mistakes.
///
///     in use    temperature 0.7, nucleus 0.95, eight votes, all of them drawn
///     searched  temperature, nucleus, votes, margin at which the rest is not drawn;  60 trials, each a race over 400 items
///     judged    the preset on 1,000 items that nothing was chosen by
///
/// Tree-structured densities and random points have the same first ten trials. What counts of a seed are the medians of three searches.
public struct DecodingStudySystem: AtlasEntry {
  public static let system = "decoding-study"
  public static let home = "DecodingStudy, DecodingBench, TreeParzen"
  public static let scale = AtlasScale(
    paper: "five models of the size of 70 billion parameters on a set of mathematical questions",
    here:
      "a transformer of two layers and width 32 on sums modulo 10, 60 trials, 1,000 fresh items (fast: frequencies in place"
      + " of the transformer, 12 and 200)")
  public static let claims = [
    AtlasClaim(
      "tokens", "The study finds settings that generate at least a quarter fewer tokens.",
      metric: "tokens a fresh item", baseline: "the settings in use", .atMost, 0.75),
    AtlasClaim(
      "accuracy", "They are right at most one point less often.", metric: "share of fresh items",
      baseline: "the settings in use", .atLeast, -0.01, comparison: .difference, requirement: .share(0.8)),
    AtlasClaim(
      "trials", "Densities need no more trials than random points until a quarter is saved.",
      metric: "trials, median of three searches", baseline: "random points", .atMost, 1, requirement: .share(0.8)),
    AtlasClaim(
      "least", "And until what any search has found at the least is met by a tenth.",
      metric: "trials, median of three searches", baseline: "random points", .atMost, 1, isReported: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "the settings in use are all that is tried; for the accuracy: the trial that is wrong most often")

  public init() {}

  static let usual = DecodingSettings(temperature: 0.7, topP: 0.95, votes: 8, margin: 0)

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let system = try Self.trained(trial)
    let items = 0..<trial.size(fast: 100, claim: 400)
    let fresh = 100_000..<100_000 + trial.size(fast: 200, claim: 1000)
    let study = DecodingStudy(trials: trial.size(fast: 12, claim: 60))
    let searches = trial.size(fast: 1, claim: 3)
    var dense: [DecodingStudy.Finding] = [], random: [DecodingStudy.Finding] = []
    for k in 0..<searches {
      var draw = trial.random.child("search", k)
      let seed = draw.next()
      dense.append(
        try await study.run(system, usual: Self.usual, items: items, by: TreeParzen(), seed: seed) {
          try trial.step(0.4)
        })
      var plain = TreeParzen()
      plain.design = study.trials
      random.append(
        try await study.run(system, usual: Self.usual, items: items, by: plain, seed: seed) { try trial.step(0.7) })
    }
    let before = try Self.outcome(system, Self.usual, fresh)
    let after = try Self.outcome(system, isHonest ? dense[0].preset : Self.usual, fresh)
    let worst = dense[0].trials.min { $0.accuracy < $1.accuracy }?.settings
    let judged = isHonest ? after : try Self.outcome(system, worst ?? Self.usual, fresh)
    func median(_ findings: [DecodingStudy.Finding], _ share: Double) -> Double {
      let counts = findings.map { $0.trialsUntil(share, loss: 0.01) ?? study.trials + 1 }.sorted()
      return Double(counts[counts.count / 2])
    }
    let least = (dense + random).flatMap(\.trials).filter { !$0.isDropped && $0.race.mean >= -0.01 }.map(\.tokens)
    let share = 1.1 * (least.min() ?? before.tokens) / max(1, dense[0].usual.tokens)
    let never = Double(study.trials + 1)
    let budget = AtlasObservation.Budget(system: Double(study.trials), baseline: Double(study.trials))
    return [
      AtlasObservation("tokens", measured: after.tokens, baseline: before.tokens),
      AtlasObservation("accuracy", measured: judged.accuracy, baseline: before.accuracy),
      AtlasObservation(
        "trials", measured: isHonest ? median(dense, 0.75) : never, baseline: median(random, 0.75), budget: budget),
      AtlasObservation(
        "least", measured: isHonest ? median(dense, share) : never, baseline: median(random, share), budget: budget),
    ]
  }

  private static func outcome(
    _ system: ChainSumDecoder, _ settings: DecodingSettings, _ items: Range<Int>
  ) throws -> (tokens: Double, accuracy: Double) {
    let all = try system.outcomes(settings, items: items)
    let count = Double(items.count)
    return (Double(all.reduce(0) { $0 + $1.tokens }) / count, Double(all.count { $0.isRight }) / count)
  }

  /// The model after so many steps of Adam on observed chains; at the fast effort the frequencies of observed sums.
  private static func trained(_ trial: AtlasTrial) throws -> ChainSumDecoder {
    let random = trial.random
    let task = ChainSumTask(stream: random.child("task"))
    let (count, steps) = (trial.size(fast: 2048, claim: 16384), 500)
    let data = try task.data(count, stream: random.child("chains"))
    if trial.effort == .fast { return counted(task, data, random) }
    let loss = NetworkLoss(
      TextTransformer(vocabulary: task.vocabulary, context: task.context, width: 32, layers: 2, heads: 2), on: data)
    var adam = Adam()
    adam.rate = 0.003
    let (layout, schedule) = (loss.model.layout, Schedule(peak: 1, shape: .linear, steps: steps))
    var (point, order) = (loss.model.initialParameters(random.child("start")), random.child("order"))
    var memory = adam.start(layout)
    for t in 1...steps {
      try trial.step(0.3 * Double(t) / Double(steps))
      let rows = (0..<64).map { _ in order.integer(below: count) }
      guard let answer = try loss.immediateLinearization(at: point, of: rows, stream: random) else { break }
      var span = point.elements.mutableSpan
      adam.update(
        &span, gradient: answer.gradient.elements.span, state: &memory, layout: layout,
        context: StepContext(step: t, rateFactor: schedule.rate(at: t)))
    }
    return ChainSumDecoder(task, loss.model, parameters: point, stream: random.child("items"))
  }

  /// What follows a sum and a number how often, with one half added.
  private static func counted(_ task: ChainSumTask, _ data: LearningData, _ random: RandomStream) -> ChainSumDecoder {
    let (m, n, width) = (task.modulus, task.length, task.vocabulary)
    /// Where the next sum of a text is counted.
    @Sendable func place(_ text: ArraySlice<Int32>) -> Int {
      let k = text.count - n - 1
      let before = k == 0 ? 0 : Int(text[text.endIndex - 1])
      return width * (m * min(before, m - 1) + Int(text[text.startIndex + k]))
    }
    var counts = [Float](repeating: 0.5, count: width * m * m)
    if case .sequences(let tokens, let length, _) = data.inputs, case .classes(let labels) = data.targets {
      for row in 0..<data.count {
        for k in n..<2 * n {
          let text = tokens[row * length...row * length + k]
          counts[place(text) + Int(labels[row * length + k])] += 1
        }
      }
    }
    let scores = counts.map { Float(VectorMath.log(Double($0))) }
    return ChainSumDecoder(task, stream: random.child("items")) { texts in
      texts.map { text in
        let first = place(text[...])
        return Array(scores[first..<first + width])
      }
    }
  }
}
