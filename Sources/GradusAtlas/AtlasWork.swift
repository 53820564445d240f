// SPDX-License-Identifier: Apache-2.0

/// Independent pieces of a demonstration, several at a time.
package enum AtlasWork {
  /// The results of pieces 0 ..< count, in order. What they are does not depend on how many run at a time, for each has its
  /// own random stream.
  package static func all<T: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> T
  ) async throws -> [T] {
    try await withThrowingTaskGroup(of: (Int, T).self) { group in
      for i in 0..<count { group.addTask { (i, try body(i)) } }
      var results = [T?](repeating: nil, count: count)
      while let (i, result) = try await group.next() { results[i] = result }
      return results.compactMap(\.self)
    }
  }
}
