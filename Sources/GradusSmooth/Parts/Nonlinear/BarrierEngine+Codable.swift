// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension BarrierEngine: Codable {
  private enum Key: String, CodingKey {
    case rules, n, rows, privateRow, privateSign, elastic, control, search, filter, numbers, f, trialF
  }

  /// Everything that is an array of numbers, in the order of the saved blocks.
  private static var arrays: [WritableKeyPath<BarrierEngine, [Double]>] {
    [
      \.lower, \.upper, \.v, \.lowerDual, \.upperDual, \.y, \.c, \.gradient, \.jacobian, \.hessian, \.dualResidual,
      \.step.v, \.step.lowerDual, \.step.upperDual, \.step.y, \.corrected.v, \.corrected.lowerDual,
      \.corrected.upperDual, \.corrected.y, \.correctedResidual, \.trial, \.trialC, \.sigma, \.softness, \.right,
    ]
  }

  init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: Key.self)
    self.init(
      rules: try box.decode(BarrierRules.self, forKey: .rules), n: try box.decode(Int.self, forKey: .n),
      rows: try box.decode(Int.self, forKey: .rows),
      privateRow: try box.decode(Buffer<Int32>.self, forKey: .privateRow).elements,
      privateSign: try box.decode(Buffer<Double>.self, forKey: .privateSign).elements, lower: [], upper: [], v: [])
    elastic = try box.decodeIfPresent(ElasticObjective.self, forKey: .elastic)
    control = try box.decode(BarrierControl.self, forKey: .control)
    search = try box.decode(FilterSearch.self, forKey: .search)
    filter = try box.decode(Filter.self, forKey: .filter)
    f = try box.decode(Double.self, forKey: .f)
    trialF = try box.decode(Double.self, forKey: .trialF)
    let numbers = try box.decode([Buffer<Double>].self, forKey: .numbers)
    let fits =
      numbers.count == Self.arrays.count && privateSign.count == k && numbers[2].count == n + k
      && privateRow.allSatisfy { 0 <= $0 && Int($0) < m }
    guard fits else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the saved iterate has another shape"))
    }
    for (path, buffer) in zip(Self.arrays, numbers) { self[keyPath: path] = buffer.elements }
  }

  func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(rules, forKey: .rules)
    try box.encode(n, forKey: .n)
    try box.encode(m, forKey: .rows)
    try box.encode(Buffer(privateRow), forKey: .privateRow)
    try box.encode(Buffer(privateSign), forKey: .privateSign)
    try box.encodeIfPresent(elastic, forKey: .elastic)
    try box.encode(control, forKey: .control)
    try box.encode(search, forKey: .search)
    try box.encode(filter, forKey: .filter)
    try box.encode(f, forKey: .f)
    try box.encode(trialF, forKey: .trialF)
    try box.encode(Self.arrays.map { Buffer(self[keyPath: $0]) }, forKey: .numbers)
  }
}
