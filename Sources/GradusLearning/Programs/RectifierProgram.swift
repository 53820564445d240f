// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusFirstOrder
public import GradusNumerics

/// A perceptron on a box of inputs as rows of a mixed-integer program, exactly: optimize over a trained network, or prove
/// what it cannot do.
///
/// For each hidden neuron, h = max(0, a) with a = Σ w h₋ + b, and L ≤ a ≤ U by interval arithmetic over the box:
///
///     U ≤ 0:  h = 0           L ≥ 0:  h = a
///     else:   h ≥ a,   h ≤ a − L(1 − z),   0 ≤ h ≤ Uz,   z ∈ {0, 1}
///
/// Bounds are widened by what rounding may have lost, so that no input of the box is cut off. The objective is left at 0:
/// set `form.costs` on the columns of `outputs`. Cost: one row or three a neuron, its weights in one or two of them.
///
/// **Reference** V. Tjeng, K. Xiao & R. Tedrake, *Evaluating robustness of neural networks with mixed integer programming*,
/// ICLR 2019, section 4; M. Fischetti & J. Jo, Constraints 23 (2018).
public struct RectifierProgram: Sendable {
  /// One hidden neuron.
  public struct Neuron: Sendable, Hashable {
    /// From 1.
    public var layer: Int
    public var index: Int
    /// Bounds of a over the box.
    public var lower: Double
    public var upper: Double
    /// The column of h.
    public var column: Int
    /// The column of z; nil where the sign of a is known.
    public var switchColumn: Int?
  }

  /// Columns: inputs, then for each hidden layer h and the switches, then outputs.
  public var form: StandardForm
  public let inputs: Range<Int>
  public let outputs: Range<Int>
  public let neurons: [Neuron]
  /// Bounds of the outputs over the box.
  public let outputBounds: [ClosedRange<Double>]
  private let layers: [DenseLayer]

  /// The program of `model` with these parameters, in the order of its layout, for inputs within `box`.
  ///
  /// - Throws: when the box has not one range an input or is unbounded, or when parameters are of the wrong number or
  ///   not finite.
  public init(
    _ model: Perceptron, parameters: Buffer<Float>, inputs box: [ClosedRange<Double>]
  ) throws(LearningDataError) {
    guard box.count == model.widths[0] else {
      throw LearningDataError("\(box.count) ranges of inputs", "\(model.widths[0])")
    }
    if let k = box.firstIndex(where: { !$0.lowerBound.isFinite || !$0.upperBound.isFinite }) {
      throw LearningDataError("the range of input \(k) is unbounded", "finite ends, from which bounds follow")
    }
    let layout = model.layout
    guard parameters.count == layout.count else {
      throw LearningDataError("\(parameters.count) parameters", "\(layout.count)")
    }
    if let i = parameters.elements.firstIndex(where: { !$0.isFinite }) {
      throw LearningDataError("parameter \(i) is \(parameters.elements[i])", "a finite number")
    }
    layers = DenseLayer.all(of: model, parameters)
    var rows = ProgramRows(box)
    var found: [Neuron] = []
    var columns = Array(0..<box.count)
    for (k, layer) in layers.enumerated() where k + 1 < layers.count {
      var next: [Int] = []
      for j in 0..<layer.outputs {
        let a = layer.range(j, columns.map { rows.range($0) })
        let neuron = rows.add(layer, j, from: columns, a, layer: k + 1)
        next.append(neuron.column)
        found.append(neuron)
      }
      columns = next
    }
    var bounds: [ClosedRange<Double>] = []
    let first = rows.columnCount
    if let last = layers.last {
      for j in 0..<last.outputs {
        let y = last.range(j, columns.map { rows.range($0) })
        bounds.append(y)
        rows.addEquality(last, j, from: columns, rows.addColumn(y, "y\(j)"))
      }
    }
    neurons = found
    outputBounds = bounds
    inputs = 0..<box.count
    outputs = first..<rows.columnCount
    form = rows.form
  }

  /// The values of all columns at an input, by the network itself in double precision.
  public func point(at x: [Double]) -> Vector {
    precondition(x.count == inputs.count, "\(x.count) numbers for \(inputs.count) inputs")
    var values = Vector([Double](repeating: 0, count: form.variableCount))
    for k in inputs { values[k] = x[k] }
    var h = x, next = neurons.startIndex
    for layer in layers.dropLast() {
      let a = (0..<layer.outputs).map { layer.value($0, h) }
      for j in a.indices {
        let neuron = neurons[next]
        next += 1
        values[neuron.column] = max(0, a[j])
        if let z = neuron.switchColumn { values[z] = a[j] > 0 ? 1 : 0 }
      }
      h = a.map { max(0, $0) }
    }
    if let last = layers.last { for j in 0..<last.outputs { values[outputs.lowerBound + j] = last.value(j, h) } }
    return values
  }
}
