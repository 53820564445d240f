// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics

extension SophiaSystem {
  /// A model with data, and the loss that cannot be avoided.
  struct Task: Sendable {
    let workload: Workload
    let least: Double

    /// The loss at the end above the least one; infinite for a training that came to nothing.
    func excess(_ rule: some UpdateRule, _ trial: AtlasTrial, _ random: RandomStream) throws -> Double {
      let steps = workload.steps
      let curve = try workload.train(
        rule, schedule: Schedule(peak: 1, shape: .linear, steps: steps), stream: random, looks: 1,
        proceed: {
          try trial.step(0.5); return true
        })
      return max(1e-12, curve.loss - least)
    }

    /// Seconds of 100 steps that ask for curvature, and of 100 that do not: the least of several, in turns, in seconds
    /// of the thread.
    func seconds(
      _ rule: Sophia, _ trial: AtlasTrial, _ random: RandomStream
    ) throws -> (asked: Double, own: Double) {
      var own = rule
      own.curvature = .gradient
      var least = (asked: Double.infinity, own: Double.infinity)
      for _ in 0..<trial.size(fast: 2, claim: 5) {
        least.asked = min(least.asked, try seconds(rule, trial, random))
        least.own = min(least.own, try seconds(own, trial, random))
      }
      return least
    }

    private func seconds(_ rule: some UpdateRule, _ trial: AtlasTrial, _ random: RandomStream) throws -> Double {
      // The looks at the begin and the end belong to no step: few observations are held out.
      let short = Workload(
        workload.name, workload.summary, model: workload.model, learned: workload.learned,
        held: try PowerLawTask(stream: random).data(16), batch: workload.batch, steps: 100)
      let began = ThreadSeconds.now
      _ = try short.train(
        rule, stream: random, looks: 1,
        proceed: {
          try trial.step(0.9); return true
        })
      return ThreadSeconds.now - began
    }
  }

  static func task(_ training: Training, _ trial: AtlasTrial, _ random: RandomStream) throws -> Task {
    switch training {
    case .bigram: try bigram(trial, random)
    case .perceptron:
      try perceptron(trial, PowerLawTask(stream: random).data(trial.size(fast: 512, claim: 4096)))
    }
  }

  private static func perceptron(_ trial: AtlasTrial, _ data: LearningData) throws -> Task {
    Task(
      workload: Workload(
        "perceptron", "perceptron on inputs with a power-law spectrum", model: Perceptron(widths: [64, 128, 128, 10]),
        learned: data, held: data, batch: 128, steps: trial.size(fast: 40, claim: 800)), least: 0)
  }

  /// Pairs of words: the first by Zipf's law, the second by Zipf's law in an order that the first one decides.
  private static func bigram(_ trial: AtlasTrial, _ random: RandomStream) throws -> Task {
    let (words, batch, steps) = (64, 128, trial.size(fast: 40, claim: 500))
    var random = random.child("bigram")
    let zipf = (1...words).map { 1 / Double($0) }
    let total = zipf.reduce(0, +)
    let ranks = (0..<words).map { _ in random.permutation(words) }
    func oneHot(_ first: [Int]) -> [Float] {
      var features = [Float](repeating: 0, count: first.count * words)
      for (row, word) in first.enumerated() { features[row * words + word] = 1 }
      return features
    }
    var (first, second): ([Int], [Int32]) = ([], [])
    for _ in 0..<batch * steps {
      let word = random.categorical(zipf)
      first.append(word)
      second.append(Int32(ranks[word][random.categorical(zipf)]))
    }
    // Every word as often as by Zipf's law, with the true distribution of its followers.
    let all = (0..<words).flatMap { word in
      [Int](repeating: word, count: max(1, Int((2048 * zipf[word] / total).rounded())))
    }
    var followers = [Float](repeating: 0, count: all.count * words)
    for (row, word) in all.enumerated() {
      for rank in 0..<words { followers[row * words + ranks[word][rank]] = Float(zipf[rank] / total) }
    }
    let entropy = zipf.reduce(0) { $0 - $1 / total * AtlasClaim.logarithm($1 / total) }
    return Task(
      workload: Workload(
        "bigram", "one score for each pair of words", model: Perceptron(widths: [words, words]),
        learned: try LearningData(features: oneHot(first), width: words, labels: second, classCount: words),
        held: try LearningData(
          features: oneHot(all), width: words, distributions: followers, classCount: words), batch: batch, steps: steps),
      least: entropy)
  }
}
