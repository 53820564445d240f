// SPDX-License-Identifier: Apache-2.0

extension SparseMatrix: Codable {
  private enum CodingKeys: String, CodingKey { case rowCount, columnCount, starts, rows, values }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let rowCount = try container.decode(Int.self, forKey: .rowCount)
    let columnCount = try container.decode(Int.self, forKey: .columnCount)
    let starts = try container.decode(Buffer<Int32>.self, forKey: .starts).elements
    let rows = try container.decode(Buffer<Int32>.self, forKey: .rows).elements
    let values = try container.decode(Buffer<Double>.self, forKey: .values).elements
    guard
      let matrix = SparseMatrix(
        validating: rowCount, columnCount: columnCount, starts: starts, rows: rows, values: values)
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a matrix in compressed columns"))
    }
    self = matrix
  }

  /// Writes the size, and pattern and values as blocks.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(rowCount, forKey: .rowCount)
    try container.encode(columnCount, forKey: .columnCount)
    try container.encode(Buffer(starts), forKey: .starts)
    try container.encode(Buffer(rows), forKey: .rows)
    try container.encode(Buffer(values), forKey: .values)
  }
}

extension SparseMatrix {
  /// A matrix from arrays of unknown origin; nil when they break the invariants.
  public init?(validating rowCount: Int, columnCount: Int, starts: [Int32], rows: [Int32], values: [Double]) {
    guard rowCount >= 0, columnCount >= 0, starts.count == columnCount + 1, rows.count == values.count,
      starts.first == 0, Int(starts[columnCount]) == rows.count,
      zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
    else { return nil }
    for j in 0..<columnCount {
      var last: Int32 = -1
      for p in Int(starts[j])..<Int(starts[j + 1]) {
        guard rows[p] > last, Int(rows[p]) < rowCount else { return nil }
        last = rows[p]
      }
    }
    self.init(rowCount: rowCount, columnCount: columnCount, starts: starts, rows: rows, values: values)
  }
}
