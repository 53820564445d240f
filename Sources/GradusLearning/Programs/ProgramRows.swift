// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Columns and rows of a program that grows.
struct ProgramRows {
  private var triplets: [(row: Int, column: Int, value: Double)] = []
  private var rowLower: [Double] = []
  private var rowUpper: [Double] = []
  private var columnLower: [Double] = []
  private var columnUpper: [Double] = []
  private var kinds: [VariableKind] = []
  private var names: [String] = []

  init(_ box: [ClosedRange<Double>]) {
    for (k, range) in box.enumerated() { _ = addColumn(range, "x\(k)") }
  }

  var columnCount: Int { columnLower.count }

  func range(_ column: Int) -> ClosedRange<Double> { columnLower[column]...columnUpper[column] }

  mutating func addColumn(_ range: ClosedRange<Double>, _ name: String, _ kind: VariableKind = .continuous) -> Int {
    columnLower.append(range.lowerBound)
    columnUpper.append(range.upperBound)
    kinds.append(kind)
    names.append(name)
    return columnCount - 1
  }

  /// lower ≤ c − Σ w h₋ + factor·z ≤ upper for a neuron's column c.
  private mutating func addRow(
    _ layer: DenseLayer, _ j: Int, from columns: [Int], _ c: Int, _ z: (column: Int, factor: Double)?,
    _ lower: Double, _ upper: Double
  ) {
    let row = rowLower.count
    triplets.append((row, c, 1))
    for (i, column) in columns.enumerated() where layer.weight(i, j) != 0 {
      triplets.append((row, column, -layer.weight(i, j)))
    }
    if let z { triplets.append((row, z.column, z.factor)) }
    rowLower.append(lower)
    rowUpper.append(upper)
  }

  /// c = Σ w h₋ + b.
  mutating func addEquality(_ layer: DenseLayer, _ j: Int, from columns: [Int], _ c: Int) {
    addRow(layer, j, from: columns, c, nil, layer.bias[j], layer.bias[j])
  }

  /// max(0, a) for a between the bounds given.
  mutating func add(
    _ layer: DenseLayer, _ j: Int, from columns: [Int], _ a: ClosedRange<Double>, layer k: Int
  ) -> RectifierProgram.Neuron {
    let (low, high) = (a.lowerBound, a.upperBound)
    let h = addColumn(max(0, low)...max(0, high), "h\(k)_\(j)")
    var neuron = RectifierProgram.Neuron(layer: k, index: j, lower: low, upper: high, column: h)
    if high <= 0 { return neuron }
    if low >= 0 {
      addEquality(layer, j, from: columns, h)
      return neuron
    }
    let z = addColumn(0...1, "z\(k)_\(j)", .integer)
    neuron.switchColumn = z
    addRow(layer, j, from: columns, h, nil, layer.bias[j], .infinity)
    addRow(layer, j, from: columns, h, (z, -low), -.infinity, layer.bias[j] - low)
    let row = rowLower.count
    triplets += [(row, h, 1), (row, z, -high)]
    rowLower.append(-.infinity)
    rowUpper.append(0)
    return neuron
  }

  var form: StandardForm {
    StandardForm(
      costs: [Double](repeating: 0, count: columnCount),
      matrix: SparseMatrix(rowCount: rowLower.count, columnCount: columnCount, triplets: triplets),
      rowLower: rowLower, rowUpper: rowUpper, columnLower: columnLower, columnUpper: columnUpper, kinds: kinds,
      columnNames: NameTable(names))
  }
}
