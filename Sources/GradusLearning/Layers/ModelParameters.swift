// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
public import GradusTensor

/// The tensors of a model on a tape, by name, as one of its parts sees them; and what the model is used for.
public struct ModelParameters {
  private let tensors: [String: TracedTensor]
  private let use: ModelUse
  private let penalties: ModelPenalties?
  /// What comes before the names of this part: empty, or a place with its point.
  private let prefix: String

  /// All tensors of a model by their whole names.
  public init(
    _ tensors: [String: TracedTensor], use: ModelUse = .inference, penalties: ModelPenalties? = nil
  ) {
    self.init(tensors, use, penalties, "")
  }

  private init(
    _ tensors: [String: TracedTensor], _ use: ModelUse, _ penalties: ModelPenalties?, _ prefix: String
  ) {
    self.tensors = tensors
    self.use = use
    self.penalties = penalties
    self.prefix = prefix
  }

  /// The tensor of this name; the model's own list names it, or the program is wrong.
  public subscript(name: String) -> TracedTensor {
    guard let tensor = tensors[prefix + name] else {
      preconditionFailure("the model has no tensor '\(prefix + name)' in its list")
    }
    return tensor
  }

  /// What the part called `place` sees: its own names without the place before them.
  public func part(_ place: String) -> ModelParameters {
    ModelParameters(tensors, use, penalties, prefix + place + ".")
  }

  /// Whether the model is being trained, so that layers that differ (dropout, batch normalization) do so.
  public var isTraining: Bool {
    switch use {
    case .inference: false
    case .training, .calibration: true
    }
  }

  /// The random stream of this part for this batch; nil when nothing is to be drawn.
  ///
  /// It depends on the place of the part alone, so adding a part leaves the others as they are. A part that is used twice
  /// for one batch sees the same stream twice.
  public var stream: RandomStream? {
    guard case .training(let stream) = use else { return nil }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in prefix.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return stream.child("part", Int(truncatingIfNeeded: hash))
  }

  /// Adds a scalar to what is minimized: how unevenly experts are used, how far codes are from a prior.
  public func add(penalty: TracedTensor) { penalties?.terms.append(penalty) }

  /// Tells whoever gathers statistics the mean and the variance of `count` numbers of this batch, under the names of two
  /// tensors that are not trained.
  public func note(mean: (String, TracedTensor), variance: (String, TracedTensor), count: Int) {
    guard case .calibration(let statistics) = use else { return }
    statistics.add(mean: (prefix + mean.0, mean.1), variance: (prefix + variance.0, variance.1), count: count)
  }
}

/// What a model is used for.
public enum ModelUse {
  /// Its answers are wanted: nothing is random, statistics of the data are those that were gathered.
  case inference
  /// Its gradients are wanted: random numbers come from this stream, which belongs to the batch.
  case training(RandomStream)
  /// Statistics of the data are gathered: as in training, but nothing is random.
  case calibration(ModelStatistics)
}

/// What parts of a model add to the loss of a batch.
public final class ModelPenalties {
  /// Scalars.
  public internal(set) var terms: [TracedTensor] = []

  public init() {}

  /// The loss with everything that was added.
  func added(to loss: TracedTensor) -> TracedTensor { terms.reduce(loss) { $0 + $1 } }
}
