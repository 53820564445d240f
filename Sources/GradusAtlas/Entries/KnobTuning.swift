// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics
import GradusStudy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Starts for the tuning of a database, written by a sequence model that read the best knobs of other loads.
///
///     12 knobs, 6 features of the load;   throughput: four factors with a peak, eight that saturate, two interactions, 3 % noise
///     300 loads whose knobs were tuned by CMA-ES from the default, 400 answers each;   20 loads that nobody saw
///     tuner: Bayesian optimization, from the start that is given;   at most 100 answers
///
/// What counts is how many answers the tuner needs to 95 % of the best throughput (101 where they do not suffice), in the median
/// over the loads; of each way to start the design is the best one on development seeds.
public struct KnobTuning: AtlasEntry {
  public static let system = "LLMTune"
  public static let home = "LearnedStarts"
  public static let scale = AtlasScale(
    paper: "TPC-H and JOB on PostgreSQL, a fine-tuned language model",
    here:
      "a simulated database, 300 loads, a transformer of one layer (fast: 24 loads, 3 unseen ones, 30 answers to 80 %)")
  public static let claims = [
    AtlasClaim(
      "default", "From the learned start at most a third of the answers is needed.", metric: "answers to 95 %, median",
      baseline: "the same tuner from the default", .atMost, 1.0 / 3),
    AtlasClaim(
      "nearest", "At most 0.7 of those from the knobs of the nearest load are needed.",
      metric: "answers to 95 %, median", baseline: "the same tuner from the knobs of the nearest load", .atMost, 0.7),
  ]
  public static let standing = AtlasStanding.doesNotHold(
    tried:
      "three quarters of the answers from the default; the knobs of the nearest of 300 loads are a better start than the"
      + " model's words; with seven peaks, or by a forest, a hundred answers hardly suffice from any start")
  public static let saboteur = AtlasSaboteur.crippled("a model trained on the knobs of other loads than it was told")

  public init() {}

  public struct Tuned: Sendable {
    var plain: Int
    var nearest: Int
    var learned: Int
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    let world = try await World(trial, trial.random.child("world"), isHonest: true)
    let cases = trial.size(fast: 1, claim: 5)
    func best(_ start: (SimulatedDatabase) throws -> Vector) async throws -> Int {
      try await AtlasTuning.best(of: [2, 6, 13], repeats: 1, on: trial) { design, stream in
        try (0..<cases).reduce(0.0) { sum, k in
          let unseen = world.unseen[k % world.unseen.count]
          return sum + (try Self.answers(unseen, start(unseen), design: design, trial, stream.child("tuner", k)))
        }
      }.candidate
    }
    return Tuned(
      plain: try await best { _ in SimulatedDatabase.usual }, nearest: try await best { world.nearest(to: $0) },
      learned: try await best { try world.starts.start(for: $0.load) })
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let world = try await World(trial, trial.random.child("world"), isHonest: subject == .system)
    var (learned, plain, nearest): ([Double], [Double], [Double]) = ([], [], [])
    for (k, unseen) in world.unseen.enumerated() {
      try trial.step(0.3 + 0.7 * Double(k) / Double(world.unseen.count))
      let stream = trial.random.child("tuner", k)
      let start = try world.starts.start(for: unseen.load)
      learned.append(try Self.answers(unseen, start, design: tuned.learned, trial, stream))
      plain.append(try Self.answers(unseen, SimulatedDatabase.usual, design: tuned.plain, trial, stream))
      nearest.append(try Self.answers(unseen, world.nearest(to: unseen), design: tuned.nearest, trial, stream))
    }
    let most = Double(Self.most(trial))
    let budget = AtlasObservation.Budget(system: most, baseline: most)
    return [("default", plain), ("nearest", nearest)].map { key, others in
      AtlasObservation(key, measured: Median.of(learned), baseline: Median.of(others), budget: budget)
    }
  }

  private static func most(_ trial: AtlasTrial) -> Int { trial.size(fast: 30, claim: 100) }

  /// Answers until a point was asked about that has 95 % of the best throughput.
  private static func answers(
    _ database: SimulatedDatabase, _ start: Vector, design: Int, _ trial: AtlasTrial, _ stream: RandomStream
  ) throws -> Double {
    var method = BayesianOptimization()
    method.design = design
    var problem = SearchProblem(try SearchSpace(SimulatedDatabase.box), isNoisy: true, budget: most(trial))
    problem.starts = [start]
    var noise = stream.child("noise")
    var state = try method.start(problem, random: stream.child("search"))
    for k in 1...most(trial) {
      guard let question = method.ask(&state) else { break }
      let throughput = database.throughput(question.point)
      if throughput >= trial.size(fast: 0.8, claim: 0.95) * database.best { return Double(k) }
      method.tell(&state, Outcomes(objectives: [-throughput * (1 + 0.03 * noise.normal())]), to: question)
      try trial.step(0.5)
    }
    return Double(most(trial) + 1)
  }

  /// Loads that were tuned, what was learned of them, and loads that nobody saw.
  private struct World: Sendable {
    let known: [LearnedStarts.Example]
    let unseen: [SimulatedDatabase]
    let starts: LearnedStarts

    init(_ trial: AtlasTrial, _ stream: RandomStream, isHonest: Bool) async throws {
      var random = stream
      var known: [LearnedStarts.Example] = []
      for k in 0..<trial.size(fast: 24, claim: 300) {
        try trial.step(0.1)
        let database = SimulatedDatabase(&random)
        known.append(.init(features: database.load, point: try Self.tuned(database, stream.child("tuned", k))))
      }
      unseen = (0..<trial.size(fast: 3, claim: 20)).map { _ in SimulatedDatabase(&random) }
      self.known = known
      var shown = known
      if !isHonest {
        // Every load with the knobs of another, mirrored: nothing of either is left.
        for k in shown.indices {
          shown[k].point = Vector(known[(k + 1) % known.count].point.elements.map { 1 - $0 })
        }
      }
      var rules = LearnedStarts.Rules()
      rules.steps = trial.size(fast: 30, claim: 1000)
      starts = try await LearnedStarts(
        shown, in: try SearchSpace(SimulatedDatabase.box), rules: rules, seed: trial.seed
      ) { try trial.step(0.2) }
    }

    func nearest(to database: SimulatedDatabase) -> Vector {
      let distances = known.map { ($0.features - database.load).inner($0.features - database.load) }
      return distances.indices.min { distances[$0] < distances[$1] }.map { known[$0].point } ?? SimulatedDatabase.usual
    }

    /// The best answer of CMA-ES from the default, as it was heard.
    private static func tuned(_ database: SimulatedDatabase, _ stream: RandomStream) throws -> Vector {
      let method = CMAES()
      var noise = stream.child("noise")
      var state = method.start(
        BoxConstrained(SimulatedDatabase.box, start: SimulatedDatabase.usual), random: stream.child("search"))
      for _ in 0..<400 {
        guard let question = method.ask(&state) else { break }
        method.tell(&state, -database.throughput(question.point) * (1 + 0.03 * noise.normal()), to: question)
      }
      return method.report(state).point
    }
  }
}
