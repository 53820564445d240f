// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Instructions chosen by a network that is sure of itself as far as its gradients were seen, beside a Gaussian process
/// and chance.
///
///     2,000 instructions of eight phrases each, embedded by 64 hashed trigrams of letters;   a follower that is right with a
///     probability that phrases make together, not one by one;   a score: 20 examples
///     40 instructions at random, then 125 of 1,000 drawn each time;   the language side is simulated
///
/// What counts is the probability of the best instruction asked about, as a share of the way from the mean of all to
/// the best of all. The rate and the exploration of the network and the bound of the process are the best ones on development
/// seeds.
public struct InstructionSearch: AtlasEntry {
  public static let system = "INSTINCT"
  public static let home = "NeuralBandit"
  public static let scale = AtlasScale(
    paper: "30 induction tasks and chains of thought, Vicuna-13B states and ChatGPT",
    here: "2,000 simulated instructions, 165 questions (fast: 300 instructions, 60 questions)")
  public static let claims = [
    AtlasClaim(
      "best", "It comes to at least 0.9 of the best instruction.", metric: "share of the way from the mean to the best",
      baseline: "random instructions", .atLeast, 0.9, comparison: .value, requirement: .share(0.6)),
    AtlasClaim(
      "chance", "It is at least 0.1 ahead of random instructions.",
      metric: "share of the way from the mean to the best", baseline: "random instructions", .atLeast, 0.1,
      comparison: .difference, requirement: .share(0.6)),
    AtlasClaim(
      "process", "It is at least 0.05 ahead of a Gaussian process with a confidence bound.",
      metric: "share of the way from the mean to the best", baseline: "Gaussian process, tuned bound", .atLeast, 0.05,
      comparison: .difference, requirement: .share(0.6), isSecondary: true),
  ]
  public static let standing = AtlasStanding.doesNotHold(
    tried: "from 165 of 2,000 instructions neither the network nor a tuned process learns what pairs of phrases make of"
      + " hashed trigrams: both stay as close to the best as chance does")
  public static let saboteur = AtlasSaboteur.crippled("the instructions that the network thinks worst")

  public init() {}

  public struct Tuned: Sendable {
    var rules = NeuralBandit.Rules()
    var exploration = 0.1
    var bound = 1.0
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var tuned = Tuned()
    tuned.rules = Self.rules(rate: 1e-3)
    var candidates: [(rate: Double, steps: Int, exploration: Double)] = []
    for (rate, steps) in [(1e-3, 30), (3e-3, 100), (1e-2, 100)].prefix(trial.size(fast: 1, claim: 3)) {
      for exploration in [0.1, 0.03, 0.5].prefix(trial.size(fast: 2, claim: 3)) {
        candidates.append((rate, steps, exploration))
      }
    }
    let repeats = trial.size(fast: 1, claim: 2)
    let best = try await AtlasTuning.best(of: candidates, repeats: repeats, on: trial) { candidate, stream in
      var rules = Self.rules(rate: candidate.rate)
      rules.steps = candidate.steps
      return -(try Self.bandit(Instructions(trial, stream), rules, candidate.exploration, trial, stream))
    }.candidate
    tuned.rules.rate = best.rate
    tuned.rules.steps = best.steps
    tuned.exploration = best.exploration
    tuned.bound = try await AtlasTuning.best(of: [0.1, 0.5, 1, 2], repeats: repeats, on: trial) { bound, stream in
      -(try Self.process(Instructions(trial, stream), bound, trial, stream))
    }.candidate
    return tuned
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let all = Instructions(trial, trial.random)
    let own = try Self.bandit(
      all, tuned.rules, tuned.exploration, trial, trial.random, sign: subject == .system ? 1 : -1)
    try trial.step(0.5)
    let process = try Self.process(all, tuned.bound, trial, trial.random)
    let chance = Self.chance(all, trial, trial.random)
    let questions = Double(Self.questions(trial))
    let budget = AtlasObservation.Budget(system: questions, baseline: questions)
    return [("best", chance), ("chance", chance), ("process", process)].map { key, other in
      AtlasObservation(key, measured: own, baseline: other, budget: budget)
    }
  }

  private static func rules(rate: Double) -> NeuralBandit.Rules {
    var rules = NeuralBandit.Rules()
    (rules.width, rules.penalty, rules.rate, rules.isDiagonal) = (100, 0.1, rate, true)
    return rules
  }

  private static func first(_ trial: AtlasTrial) -> Int { trial.size(fast: 20, claim: 40) }
  private static func questions(_ trial: AtlasTrial) -> Int { trial.size(fast: 60, claim: 165) }
  private static func shown(_ trial: AtlasTrial) -> Int { trial.size(fast: 150, claim: 1000) }

  /// Asks at random, then for what `choose` names among those that are shown.
  private static func search(
    _ all: Instructions, _ trial: AtlasTrial, _ stream: RandomStream,
    choose: (_ asked: [Int], _ scores: [Double], _ shown: [Int]) throws -> Int
  ) throws -> Double {
    var (draw, noise) = (stream.child("draw"), stream.child("score"))
    var (asked, scores): ([Int], [Double]) = ([], [])
    let order = draw.permutation(all.count)
    for k in 0..<questions(trial) {
      if k % 5 == 0 { try trial.step(0.1) }
      let next: Int
      if k < first(trial) {
        next = order[k]
      } else {
        next = try choose(asked, scores, Array(draw.permutation(all.count).prefix(shown(trial))))
      }
      asked.append(next)
      scores.append(all.score(next, &noise))
    }
    return all.share(asked)
  }

  private static func bandit(
    _ all: Instructions, _ rules: NeuralBandit.Rules, _ exploration: Double, _ trial: AtlasTrial,
    _ stream: RandomStream, sign: Double = 1
  ) throws -> Double {
    var random = stream.child("network")
    var bandit = NeuralBandit(features: Instructions.features, rules: rules, random: &random)
    var seen = 0
    return try search(all, trial, stream) { asked, scores, shown in
      bandit.train(asked.map { all.embeddings[$0] }, scores, random: &random)
      while seen < asked.count {
        bandit.observe(all.embeddings[asked[seen]])
        seen += 1
      }
      let bounds = shown.map { arm in
        let at = bandit.posterior(at: all.embeddings[arm])
        return sign * at.mean + exploration * at.variance.squareRoot()
      }
      return bounds.indices.max { bounds[$0] < bounds[$1] }.map { shown[$0] } ?? shown[0]
    }
  }

  private static func process(
    _ all: Instructions, _ bound: Double, _ trial: AtlasTrial, _ stream: RandomStream
  ) throws -> Double {
    var last: (process: GaussianProcess, count: Int)?
    return try search(all, trial, stream) { asked, scores, shown in
      let points = asked.map { all.embeddings[$0] }
      if let known = last, asked.count < known.count + 10 {
        var process = known.process
        for k in process.count..<asked.count { try? process.append(points[k], observation: scores[k]) }
        last = (process, known.count)
      } else {
        let fitted = try GaussianProcess.fitted(
          to: points, observations: Vector(scores), lengths: 0.3...30, noiseShares: 1e-3...10)
        last = (fitted, asked.count)
      }
      guard let process = last?.process else { return shown[0] }
      let bounds = process.posteriors(at: shown.map { all.embeddings[$0] }).map {
        $0.mean + bound * $0.variance.squareRoot()
      }
      return bounds.indices.max { bounds[$0] < bounds[$1] }.map { shown[$0] } ?? shown[0]
    }
  }

  private static func chance(_ all: Instructions, _ trial: AtlasTrial, _ stream: RandomStream) -> Double {
    var random = stream.child("chance")
    return all.share(Array(random.permutation(all.count).prefix(questions(trial))))
  }

  /// Texts with embeddings, and how well they are followed.
  private struct Instructions: Sendable {
    static let features = 64
    let embeddings: [Vector]
    private let chances: [Double]
    private let mean: Double
    private let best: Double

    var count: Int { embeddings.count }

    init(_ trial: AtlasTrial, _ stream: RandomStream) {
      var random = stream.child("instructions")
      let traits = 8
      // Each place of an instruction has four phrases; what they are worth depends on two other places.
      let phrases = (0..<traits).map { _ in
        (0..<4).map { _ in
          (0..<12).map { _ in UInt8(97 + random.integer(below: 26)) }
        }
      }
      let worth = (0..<traits).map { _ in (0..<4).map { _ in 0.4 * random.normal() } }
      let pairs = (0..<10).map { _ in
        (random.integer(below: traits), random.integer(below: traits), (0..<16).map { _ in 0.6 * random.normal() })
      }
      var (texts, logits): ([[UInt8]], [Double]) = ([], [])
      for _ in 0..<trial.size(fast: 300, claim: 2000) {
        let chosen = (0..<traits).map { _ in random.integer(below: 4) }
        texts.append(chosen.enumerated().flatMap { phrases[$0.offset][$0.element] + [32] })
        let alone = chosen.enumerated().reduce(0.0) { $0 + worth[$1.offset][$1.element] }
        logits.append(pairs.reduce(alone) { $0 + $1.2[4 * chosen[$1.0] + chosen[$1.1]] })
      }
      // Most instructions are followed badly, a few well.
      let n = Double(logits.count)
      let middle = logits.reduce(0, +) / n
      let deviation = (logits.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / n).squareRoot()
      chances = logits.map { 1 / (1 + exp(-1.5 * (($0 - middle) / deviation - 2))) }
      mean = chances.reduce(0, +) / Double(chances.count)
      best = chances.max() ?? 1
      embeddings = Self.embedded(texts)
    }

    /// Signed counts of trigrams in hashed places, each place with mean 0 and variance 1 over all texts.
    private static func embedded(_ texts: [[UInt8]]) -> [Vector] {
      var rows = texts.map { text in
        var row = Vector.zeros(features)
        for k in 0..<max(0, text.count - 2) {
          var hash: UInt64 = 0xcbf2_9ce4_8422_2325
          for letter in text[k..<k + 3] { hash = (hash ^ UInt64(letter)) &* 0x100_0000_01b3 }
          hash ^= hash >> 29
          row[Int(hash % UInt64(features))] += hash >> 40 & 1 == 0 ? 1 : -1
        }
        return row
      }
      for j in 0..<features {
        let values = rows.map { $0[j] }
        let mean = values.reduce(0, +) / Double(rows.count)
        let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows.count)
        let deviation = square > 0 ? square.squareRoot() : 1
        for i in rows.indices { rows[i][j] = (rows[i][j] - mean) / deviation / Double(features).squareRoot() * 4 }
      }
      return rows
    }

    /// The share of 20 examples that are answered well.
    func score(_ arm: Int, _ random: inout RandomStream) -> Double {
      Double((0..<20).count { _ in random.uniform() < chances[arm] }) / 20
    }

    func share(_ asked: [Int]) -> Double {
      let reached = asked.map { chances[$0] }.max() ?? mean
      return (reached - mean) / (best - mean)
    }
  }
}
