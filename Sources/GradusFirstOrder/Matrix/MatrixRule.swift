// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusLinearAlgebra

/// A rule for one matrix at a time, with Adam for everything that is none.
///
///     matrices:  θ ← (1 − φηλ)·θ − φη·c·D(g, memory)         D of the shape of the matrix, φ the factor of the schedule
///     others:    AdamW with settings of its own
///
/// A tensor is a matrix, first axis × product of the others, when both are longer than 1: the filters of a convolution are
/// its rows, and so are the outputs of a linear map, also where the layout says that it is stored [inputs, outputs]. Tensors whose names hold one of `exceptions` (embeddings, the head of a classifier) are others.
public protocol MatrixRule: CataloguedRule where State == MatrixState<Memory> {
  /// What is remembered about one matrix.
  associatedtype Memory: Sendable & Codable
  /// η.
  var rate: Double { get }
  /// λ.
  var decay: Double { get set }
  /// For vectors and exceptions.
  var adam: AdamW { get set }
  /// Parts of names.
  var exceptions: [String] { get set }
  /// What is remembered about a matrix before the first step.
  func start(rows: Int, columns: Int) -> Memory
  /// D and c of this step; nil leaves the matrix as it is, decay included.
  func direction(_ matrix: MatrixGradient, memory: inout Memory, step: Int) -> MatrixDirection?
}

/// What a rule sees of one matrix. Valid during the call alone.
public struct MatrixGradient {
  /// g and θ, rows one behind the other.
  public let gradient: UnsafePointer<Float>
  public let parameters: UnsafePointer<Float>
  public let rows: Int
  public let columns: Int
  /// Products, threads, and memory for what is on the way.
  public let engine: MatrixEngine

  /// Number of elements.
  public var count: Int { rows * columns }
}

/// D, rows one behind the other, in memory that lives until the next call, and c.
public struct MatrixDirection {
  public var elements: UnsafePointer<Float>
  public var factor: Double

  public init(_ elements: UnsafePointer<Float>, factor: Double = 1) {
    self.elements = elements
    self.factor = factor
  }
}

/// What a matrix rule remembers: something about each matrix, and Adam's moments of the others.
public struct MatrixState<Memory: Sendable & Codable>: Sendable, Codable {
  /// In the order of the layout.
  public internal(set) var matrices: [Memory] = []
  /// Of the others, in the order of the layout.
  public internal(set) var others: [Cells<Cell2>] = []
}

extension MatrixRule {
  /// Parts of names that usual models give to tensors which are no maps from vectors to vectors.
  public static var usualExceptions: [String] { ["embedding", "head"] }

  public var treatsTensorsAlone: Bool { true }

  /// Rows and columns of a tensor that the rule takes as a matrix; nil for the others.
  public func shape(of slot: Layout.Slot) -> (rows: Int, columns: Int)? {
    guard let rows = slot.shape.first, rows > 1, slot.count > rows, !exceptions.contains(where: slot.name.contains)
    else { return nil }
    return (rows, slot.count / rows)
  }

  /// A point without shape is a matrix as square as can be, and a rest of at least one number.
  public static func layout(of count: Int) -> Layout {
    let rows = Int(Double(count).squareRoot())
    guard rows > 1, (count - 1) / rows > 1 else { return Layout([("x", [max(1, count)])]) }
    let columns = (count - 1) / rows
    return Layout([("x", [rows, columns]), ("y", [count - rows * columns])])
  }

  public func start(_ layout: Layout) -> MatrixState<Memory> {
    var state = MatrixState<Memory>()
    for slot in TensorExchange(outputsFirst: layout).turned.slots {
      if let (rows, columns) = shape(of: slot) {
        state.matrices.append(start(rows: rows, columns: columns))
      } else {
        state.others.append(adam.start(Layout([(slot.name, slot.shape)])))
      }
    }
    return state
  }

  /// One matrix after the other; threads share the work on each.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout MatrixState<Memory>, layout: Layout,
    context: StepContext
  ) {
    if layout.hasInputsFirst {
      return TensorExchange(outputsFirst: layout).around(&parameters, gradient) { parameters, gradient, turned in
        update(&parameters, gradient: gradient, state: &state, layout: turned, context: context)
      }
    }
    Blocks.check(parameters.count, gradient.count, layout)
    let matrices = layout.slots.count { shape(of: $0) != nil }
    precondition(
      state.matrices.count == matrices && state.others.count == layout.slots.count - matrices,
      "the memory of the rule belongs to another layout")
    let engine = MatrixEngine(crew: context.crew)
    let rate = context.rateFactor * self.rate
    parameters.withUnsafeMutableBufferPointer { parameters in
      gradient.withUnsafeBufferPointer { gradient in
        guard let p = parameters.baseAddress, let g = gradient.baseAddress else { return }
        var (matrix, other) = (0, 0)
        for slot in layout.slots {
          if let (rows, columns) = shape(of: slot) {
            let target = p + slot.offset
            let seen = MatrixGradient(
              gradient: g + slot.offset, parameters: UnsafePointer(target), rows: rows, columns: columns, engine: engine
            )
            if let found = direction(seen, memory: &state.matrices[matrix], step: context.step) {
              let (keep, factor) = (Float(1 - rate * decay), Float(rate * found.factor))
              for i in 0..<slot.count { target[i] = keep * target[i] - factor * found.elements[i] }
            }
            matrix += 1
          } else {
            let alone = Layout([(slot.name, slot.shape)])
            var part = MutableSpan(
              _unsafeElements: UnsafeMutableBufferPointer(start: p + slot.offset, count: slot.count))
            let heard = Span(_unsafeElements: UnsafeBufferPointer(start: g + slot.offset, count: slot.count))
            adam.update(&part, gradient: heard, state: &state.others[other], layout: alone, context: context)
            other += 1
          }
        }
      }
    }
  }

  /// Settings that every matrix rule has.
  static var sharedSettings: [Setting<Self>] {
    [
      .decay(\.decay),
      Setting("adam_rate", \.adam.rate, in: 1e-12...1e6, "learning rate of vectors and exceptions"),
      Setting("adam_beta1", \.adam.beta1, in: 0...0.99999, "their factor of the first moment"),
      Setting("adam_beta2", \.adam.beta2, in: 0...0.9999999, "their factor of the second moment"),
      Setting("adam_epsilon", \.adam.epsilon, in: 0...1e3, "added to the root of their second moment"),
      Setting("adam_decay", \.adam.decay, in: 0...1e3, "their weight decay, multiplied by their rate"),
    ]
  }
}

extension AdamW {
  /// Adam as matrix rules use it for what is no matrix.
  init(rate: Double, beta1: Double, beta2: Double, epsilon: Double, decay: Double = 0) {
    self.init()
    (self.rate, self.beta1, self.beta2, self.epsilon, self.decay) = (rate, beta1, beta2, epsilon, decay)
  }
}
