// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
public import GradusCore
import GradusFirstOrder
import GradusLearning
public import GradusNumerics

/// Starts of searches, written by a sequence model that has read which points were good before, and for what.
///
///     source: each feature of a case as one of `levels` words;   target: each coordinate of its best known point as one of `bins`
///     training: cross-entropy of the words;   at use: the most probable words, and the middle of the bins they name
///
/// A case is whatever the best point depends on: the load of a database, the size and shape of a data set. The start is a
/// start like any other: `begun` puts it in front of a problem's own, for any search method.
///
/// **Reference** X. Huang et al., *LLMTune: accelerate database knob tuning with large language models*, arXiv:2404.11581 (2024).
public struct LearnedStarts: Sendable {
  /// Words, model and training.
  public struct Rules: Sendable, Hashable {
    /// Words for each coordinate of a point.
    public var bins = 10
    /// Words for each feature.
    public var levels = 16
    /// Of the model.
    public var width = 32
    public var layers = 1
    /// Of training.
    public var steps = 600
    public var batch = 32
    public var rate = 3e-3

    public init() {}
  }

  /// A case, and the best point known for it.
  public struct Example: Sendable, Hashable {
    public var features: Vector
    public var point: Vector

    public init(features: Vector, point: Vector) {
      self.features = features
      self.point = point
    }
  }

  private let inputs: SpaceInputs
  private let rules: Rules
  private let lowest: Vector
  private let highest: Vector
  private let model: SequenceTransformer
  private let parameters: Buffer<Float>

  /// Trains a model. `check` is called after every step of training, and what it throws ends it.
  ///
  /// Throws `Unsuitable` for examples that do not fit together, and what `check` throws.
  public init(
    _ examples: [Example], in space: SearchSpace, rules: Rules = .init(), seed: UInt64,
    check: () throws -> Void = {}
  ) async throws {
    let inputs = SpaceInputs(space)
    let count = examples.first?.features.count ?? 0
    guard count > 0, inputs.dimension > 0,
      examples.allSatisfy({ $0.features.count == count && $0.features.isFinite && $0.point.count == space.dimension })
    else {
      throw Unsuitable(
        method: "learned starts", needs: "examples with equally many finite features and points of the space",
        found: "\(examples.count) examples that are not", remedy: "Give every case the same features.")
    }
    var (lowest, highest) = (examples[0].features, examples[0].features)
    for example in examples {
      for j in 0..<count {
        lowest[j] = min(lowest[j], example.features[j])
        highest[j] = max(highest[j], example.features[j])
      }
    }
    (self.inputs, self.rules, self.lowest, self.highest) = (inputs, rules, lowest, highest)
    model = SequenceTransformer(
      vocabulary: rules.levels + rules.bins, sourceLength: count, targetLength: inputs.dimension, width: rules.width,
      layers: rules.layers)
    let sources = examples.flatMap { Self.words($0.features, lowest, highest, rules.levels) }
    let targets = examples.flatMap { example in
      inputs.inputs(of: example.point).elements.map {
        Int32(rules.levels + min(max(Int($0 * Double(rules.bins)), 0), rules.bins - 1))
      }
    }
    let data = try LearningData(
      sources: sources, sourceLength: count, targets: targets, targetLength: inputs.dimension,
      vocabulary: rules.levels + rules.bins)
    let loss = NetworkLoss(model, on: data)
    let schedule = Schedule(
      peak: rules.rate, shape: .cosine, warmup: min(10, rules.steps / 10), steps: rules.steps, floor: 0.05)
    let rule = Elementwise(ClipByNorm(1).then(AdamMoments()).then(LearningRate(schedule)))
    let trainer = Trainer(rule, batchSize: min(rules.batch, examples.count), steps: rules.steps)
    let run = try Run(loss.problem(RandomStream(seed: seed)), by: trainer, asking: loss, seed: seed)
    while try await run.step() { try check() }
    parameters = run.state.parameters
  }

  private static func words(_ features: Vector, _ lowest: Vector, _ highest: Vector, _ levels: Int) -> [Int32] {
    features.indices.map { j in
      let width = highest[j] - lowest[j]
      let place = width > 0 ? (features[j] - lowest[j]) / width * Double(levels) : 0
      return Int32(min(max(place.isFinite ? place : 0, 0), Double(levels - 1)))
    }
  }

  /// The start for a case. Features outside of what was seen count as the nearest seen.
  public func start(for features: Vector) throws -> Vector {
    precondition(features.count == lowest.count, "as many features as the examples have")
    let written = try model.write(
      from: Self.words(features, lowest, highest, rules.levels), parameters: parameters)
    return inputs.point(
      at: Vector(
        written.map { word in
          let bin = min(max(Int(word) - rules.levels, 0), rules.bins - 1)
          return (Double(bin) + 0.5) / Double(rules.bins)
        }))
  }

  /// The problem with the start for a case in front of its own starts.
  public func begun(_ problem: SearchProblem, for features: Vector) throws -> SearchProblem {
    var problem = problem
    problem.starts.insert(try start(for: features), at: 0)
    return problem
  }
}
