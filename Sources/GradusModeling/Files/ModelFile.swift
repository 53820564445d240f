// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Files that state a linear, quadratic or mixed-integer program: the extension says the format.
public enum ModelFile {
  /// A problem and what the reader has to say about choices it made.
  public struct Reading: Sendable {
    public var form: StandardForm
    public var notes: [String]
  }

  /// The extensions that are read, in lower case; matched without regard to case, before `.gz`.
  public static let readableExtensions = ["mps", "qps"]

  /// The problem in the file at `path`.
  public static func read(path: String) throws(ReadError) -> StandardForm { try reading(path: path).form }

  /// The problem in the file at `path`, with remarks.
  public static func reading(path: String) throws(ReadError) -> Reading {
    switch fileExtension(of: path).format {
    case "mps", "qps":
      let (form, notes) = try MPSReader.read(try FileBytes(contentsOf: path))
      return Reading(form: form, notes: notes)
    case let other:
      let known = readableExtensions.map { ".\($0)" }.joined(separator: ", ")
      throw ReadError(
        file: path, cause: other.isEmpty ? "the file has no extension" : "the extension .\(other) is unknown",
        expected: "one of \(known), each also with .gz")
    }
  }

  /// The last extension before `.gz`, in lower case.
  package static func fileExtension(of path: String) -> (format: String, isCompressed: Bool) {
    let name = path.split(separator: "/").last ?? ""
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map { $0.lowercased() }
    let isCompressed = parts.count > 1 && parts.last == "gz"
    if isCompressed { parts.removeLast() }
    return (parts.count > 1 ? parts[parts.count - 1] : "", isCompressed)
  }
}
