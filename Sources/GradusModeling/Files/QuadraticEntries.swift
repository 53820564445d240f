// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// The entries of a symmetric matrix as a file lists them, with their places for complaints.
struct QuadraticEntries {
  /// What the file lists of the matrix.
  enum Listing { case oneTriangle, whole }

  private var entries: [(row: Int, column: Int, value: Double)] = []
  private var places: [(line: Int32, column: Int32)] = []

  var isEmpty: Bool { entries.isEmpty }

  mutating func add(row: Int, column: Int, value: Double, line: Int, at place: Int) {
    entries.append((row, column, value))
    places.append((Int32(clamping: line), Int32(clamping: place)))
  }

  /// The whole matrix times `factor`. An entry listed twice, or a whole listing that is not symmetric, is refused.
  func matrix(
    dimension: Int, listing: Listing, factor: Double, file: String, columnNames: (Int) -> String
  ) throws(ReadError) -> SparseMatrix {
    let order = entries.indices.sorted { key(entries[$0], listing) < key(entries[$1], listing) }
    for (a, b) in zip(order, order.dropFirst()) where key(entries[a], listing) == key(entries[b], listing) {
      let later = max(a, b)
      throw complaint(
        later, file, "the entry \(pair(later, columnNames)) is listed twice",
        expected: listing == .whole ? "every entry of the matrix once" : "every entry of one triangle once")
    }
    var triplets: [(row: Int, column: Int, value: Double)] = []
    triplets.reserveCapacity(listing == .whole ? entries.count : 2 * entries.count)
    for entry in entries where entry.value != 0 {
      triplets.append((entry.row, entry.column, factor * entry.value))
      if listing == .oneTriangle && entry.row != entry.column {
        triplets.append((entry.column, entry.row, factor * entry.value))
      }
    }
    let matrix = SparseMatrix(rowCount: dimension, columnCount: dimension, triplets: triplets)
    if listing == .whole && matrix.transposed() != matrix { throw asymmetry(file, columnNames) }
    return matrix
  }

  private func key(_ entry: (row: Int, column: Int, value: Double), _ listing: Listing) -> UInt64 {
    let (i, j) =
      listing == .whole
      ? (entry.row, entry.column) : (min(entry.row, entry.column), max(entry.row, entry.column))
    return UInt64(i) << 32 | UInt64(j)
  }

  private func asymmetry(_ file: String, _ names: (Int) -> String) -> ReadError {
    var values: [UInt64: Double] = [:]
    for entry in entries { values[key(entry, .whole)] = entry.value }
    for (k, entry) in entries.enumerated() {
      let mirrored = values[UInt64(entry.column) << 32 | UInt64(entry.row)] ?? 0
      if mirrored != entry.value {
        return complaint(
          k, file, "the entry \(pair(k, names)) is \(entry.value) but its mirror image is \(mirrored)",
          expected: "a symmetric matrix with both triangles listed")
      }
    }
    return complaint(0, file, "the matrix is not symmetric", expected: "a symmetric matrix with both triangles listed")
  }

  private func pair(_ k: Int, _ names: (Int) -> String) -> String {
    "(\(names(entries[k].row)), \(names(entries[k].column)))"
  }

  private func complaint(_ k: Int, _ file: String, _ cause: String, expected: String) -> ReadError {
    ReadError(file: file, line: Int(places[k].line), column: Int(places[k].column), cause: cause, expected: expected)
  }
}
