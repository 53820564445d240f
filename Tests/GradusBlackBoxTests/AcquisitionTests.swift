// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite struct AcquisitionTests {
  /// Values made by `Tests/GoldenTests/Reference/gaussian_process.py`.
  struct Golden: Decodable {
    struct Query: Decodable {
      var point: Vector
      var mean, variance, covariance, improvement, knowledge, entropy, hypervolume: Double
    }
    var points: [Vector]
    var values: [[Double]]
    var lengths: [Vector]
    var variances, noises, means, reference, minima: [Double]
    var queries: [Query]

    func process(_ k: Int) throws -> GaussianProcess {
      try GaussianProcess(
        at: points, observations: Vector(values[k]), lengths: lengths[k], variance: variances[k], noise: noises[k],
        mean: means[k])
    }
  }

  @Test func promisesAgreeWithTheReference() throws {
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: goldenFile("gaussian-process.json")))
    let (process, other) = (try golden.process(0), try golden.process(1))
    let front = golden.points.indices.map { i in golden.values.map { $0[i] } }
    let improvement = LogExpectedImprovement(process, best: golden.values[0].min())
    let knowledge = LogKnowledgeGradient(process, among: golden.points)
    let entropy = MaxValueEntropy(process, minima: golden.minima)
    let volume = LogHypervolumeImprovement([process, other], front: front, reference: golden.reference)
    for query in golden.queries {
      let at = process.posterior(at: query.point)
      #expect(abs(at.mean - query.mean) < 1e-12 && abs(at.variance - query.variance) < 1e-12)
      let joint = process.joint(at: [golden.points[2], query.point])
      #expect(abs(joint.covariance[0, 1] - query.covariance) < 1e-12)
      #expect(abs(improvement.value(at: query.point) - query.improvement) < 1e-6)
      #expect(abs(knowledge.value(at: query.point) - query.knowledge) < 1e-6)
      #expect(abs(entropy.value(at: query.point) - query.entropy) < 1e-9)
      #expect(abs(volume.value(at: query.point) - query.hypervolume) < 1e-3)
    }
  }

  /// Two numbers, a category of three values, and two keys that share a length.
  private static func processes() throws -> [GaussianProcess] {
    let (points, observations) = GaussianProcessTests.sample(25)
    let thirds = points.map { Vector([$0[0], $0[1], ($0[2] + 0.5) / 3, $0[3], $0[4]]) }
    return try [1.0, -0.7, 0.4].map { sign in
      try GaussianProcess(
        at: thirds, observations: Vector(observations.elements.enumerated().map { sign * $1 + sin(Double($0)) }),
        metric: GaussianProcessTests.metric, lengths: [0.4, 0.7, 1.5, 0.9], variance: 1.3, noise: 0.02, mean: 0.2)
    }
  }

  private static func all() throws -> [(name: String, acquisition: any Acquisition)] {
    let processes = try processes()
    let process = processes[0]
    var random = RandomStream(seed: 11)
    let places = (0..<12).map { _ in
      Vector([random.uniform(), random.uniform(), 0.5, random.uniform(), random.uniform()])
    }
    let low = process.posterior(at: places[0]).mean
    let joint = AutoregressiveProcess(parts: [processes[1], processes[2]], factors: [0, 1.4])
    let front = [[0.1, 0.4, 0.2], [0.3, 0.1, 0.5], [0.5, 0.3, -0.1], [-0.2, 0.6, 0.7]]
    return [
      ("improvement", LogExpectedImprovement(process, best: low, constraints: [processes[1]])),
      ("far improvement", LogExpectedImprovement(process, best: low - 30)),
      ("knowledge", LogKnowledgeGradient(process, among: places)),
      ("entropy", MaxValueEntropy(process, minima: [low - 1, low - 2, low - 0.5])),
      ("drawn entropy", MaxValueEntropy(process, at: places, random: &random)),
      ("bound", ConfidenceBound(process)),
      ("path", PosteriorPath(of: process, choices: [0, 0, 3, 0, 0], random: &random)),
      (
        "plane",
        LogHypervolumeImprovement(
          Array(processes.prefix(2)), front: front.map { Array($0.prefix(2)) }, reference: [1, 1])
      ),
      ("space", LogHypervolumeImprovement(processes, front: front, reference: [1, 1, 1])),
      ("far space", LogHypervolumeImprovement(processes, front: [[-9, -9, -9]], reference: [-8, -8, -8])),
      ("constrained", WithConstraints(ConfidenceBound(process), [processes[1], processes[2]], weight: 0.7)),
      ("cheap level", LogAugmentedImprovement(joint, level: 0, best: -0.2, cost: 0.1)),
      ("full level", LogAugmentedImprovement(joint, level: 1, best: -0.2, cost: 1)),
    ]
  }

  @Test func gradientsAreDerivatives() throws {
    let x: Vector = [0.31, 0.62, 0.5, 0.45, 0.21]
    for (name, acquisition) in try Self.all() {
      let found = acquisition.linearized(at: x)
      #expect(abs(found.value - acquisition.value(at: x)) < 1e-9 * max(1, abs(found.value)), "\(name)")
      #expect(abs(found.value - acquisition.values(at: [x, x])[1]) < 1e-9 * max(1, abs(found.value)), "\(name)")
      for j in [0, 1, 3, 4] {
        func moved(_ h: Double) -> Double {
          var y = x
          y[j] += h
          return acquisition.value(at: y)
        }
        let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5
        #expect(abs(found.gradient[j] - difference) < 1e-5 * max(1, abs(difference)), "\(name), coordinate \(j)")
      }
    }
  }

  /// Without noise, the knowledge gradient among the points answered is the expected improvement.
  @Test func withoutNoiseTheKnowledgeGradientIsTheImprovement() throws {
    let (points, observations) = GaussianProcessTests.sample(12)
    let process = try GaussianProcess(
      at: points, observations: observations, metric: GaussianProcessTests.metric, lengths: [0.4, 0.7, 1.5, 0.9],
      variance: 1.3, noise: 1e-10, mean: 0.2)
    let knowledge = LogKnowledgeGradient(process, among: points)
    let improvement = LogExpectedImprovement(process, best: observations.elements.min())
    for x in [[0.31, 0.62, 1, 0.45, 0.21], [0.9, 0.1, 0, 0.3, 0.8]] as [Vector] {
      #expect(abs(knowledge.value(at: x) - improvement.value(at: x)) < 1e-4)
    }
  }

  /// Draws of the posterior have its mean and variance.
  @Test func pathsAreDrawsOfThePosterior() throws {
    let process = try Self.processes()[0]
    let x: Vector = [0.31, 0.62, 0.5, 0.45, 0.21]
    var random = RandomStream(seed: 2)
    let draws = (0..<200).map { _ in
      -PosteriorPath(of: process, choices: [0, 0, 3, 0, 0], features: 100, random: &random).value(at: x)
    }
    let mean = draws.reduce(0, +) / 200
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 199
    let truth = process.posterior(at: x)
    #expect(abs(mean - truth.mean) < 5 * (truth.variance / 200).squareRoot())
    #expect(abs(variance / truth.variance - 1) < 0.5)
  }

  /// The boxes are disjoint and hold what the front does not dominate.
  @Test(arguments: [2, 3, 4]) func boxesHoldWhatIsNotDominated(_ objectives: Int) {
    var random = RandomStream(seed: 5)
    let front = (0..<8).map { _ in (0..<objectives).map { _ in random.uniform() } }
    let reference = [Double](repeating: 0.9, count: objectives)
    let boxes = NonDominatedBoxes(front: front, reference: reference)
    for _ in 0..<2000 {
      let z = (0..<objectives).map { _ in random.uniform(-0.2, 1) }
      let isOpen =
        zip(z, reference).allSatisfy { $0 <= $1 }
        && !front.contains { p in zip(p, reference).allSatisfy { $0 < $1 } && zip(p, z).allSatisfy { $0 <= $1 } }
      let holders = boxes.cells.count { cell in
        z.indices.allSatisfy { cell.lower[$0] < z[$0] && z[$0] <= cell.upper[$0] }
      }
      #expect(holders == (isOpen ? 1 : 0))
    }
  }
}
