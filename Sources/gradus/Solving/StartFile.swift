// SPDX-License-Identifier: Apache-2.0
import Gradus

/// A point to start from, read from a result file or a `.sol` file.
enum StartFile {
  /// The values of `names` in the solution of the result at `path`; a variable that is not named there starts at 0. A
  /// `.sol` file has its values in the order of the variables.
  static func point(_ path: String, names: NameTable) throws -> Vector {
    if path.lowercased().hasSuffix(".sol") {
      let solution = try NLSolution.read(path: path)
      guard solution.values.count == names.count else {
        throw Failure(
          .unreadable, "\(path) has \(solution.values.count) values; expected \(names.count), one a variable")
      }
      return Vector(solution.values)
    }
    let document = try result(at: path)
    guard let solution = document.solution else {
      throw Failure(.unreadable, "\(path) has no solution to start from; expected a result with a point")
    }
    var values = [String: Double](minimumCapacity: solution.values.count)
    for i in solution.values.indices { values[solution.names[i]] = solution.values[i] }
    let known = names.count { values[$0] != nil }
    guard known > 0 else {
      throw Failure(.unreadable, "\(path) names none of the variables of this problem; expected a result for it")
    }
    return Vector(names.map { values[$0] ?? 0 })
  }

  /// Hands the point or the basis (`.bas`) to HiGHS.
  static func apply(_ path: String, to method: inout HighsSolver, of form: StandardForm) throws {
    if path.lowercased().hasSuffix(".bas") || path.lowercased().hasSuffix(".bas.gz") {
      method.basis = try BasisFile.read(path: path, for: form)
      return
    }
    method.start = try point(path, names: form.columnNames)
  }

  /// The first result in the file.
  static func result(at path: String) throws -> ResultDocument {
    do {
      let json = try JSONValue(parsing: AtomicFile.read(path, limit: 1 << 31))
      guard let first = try ResultDocument.all(in: json).first else {
        throw Failure(.unreadable, "\(path) holds no result; expected at least one")
      }
      return first
    } catch let error as JSONError {
      throw Failure(
        .unreadable, "\(path):\(error.line):\(error.column): \(error.cause); expected a result written by '--solution'")
    } catch let error as ResultError { throw Failure(.unreadable, "\(path): \(error)") }
  }
}
