// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Files that state a linear, quadratic or mixed-integer program: the extension says the format.
public enum ModelFile {
  /// A problem and what the reader has to say about choices it made.
  public struct Reading: Sendable {
    public var form: StandardForm
    public var notes: [String]
  }

  /// The extensions that are read and written, in lower case; matched without regard to case, before `.gz`.
  public static var knownExtensions: [String] { ModelFormat.allCases.flatMap(\.extensions) }

  /// The problem in the file at `path`.
  ///
  /// - Throws: `ReadError` with the place of the mistake; `MissingComponent` for a compressed file where zlib is missing.
  public static func read(path: String) throws -> StandardForm { try reading(path: path).form }

  /// The problem in the file at `path`, with remarks.
  public static func reading(path: String) throws -> Reading {
    guard let format = ModelFormat(path: path) else { throw unknownExtension(path) }
    return try parse(try FileBytes.load(path), format)
  }

  /// The problem in a text that is at hand; `path` is what errors call it.
  public static func parse(text: String, format: ModelFormat, path: String = "input") throws(ReadError) -> Reading {
    try parse(FileBytes(path: path, text: text), format)
  }

  package static func parse(_ file: FileBytes, _ format: ModelFormat) throws(ReadError) -> Reading {
    let (form, notes) =
      switch format {
      case .mps: try MPSReader.read(file)
      case .lp: try LPReader.read(file)
      }
    return Reading(form: form, notes: notes)
  }

  private static func unknownExtension(_ path: String) -> ReadError {
    let found = fileExtension(of: path).format
    let known = knownExtensions.map { ".\($0)" }.joined(separator: ", ")
    return ReadError(
      file: path, cause: found.isEmpty ? "the file has no extension" : "the extension .\(found) is unknown",
      expected: "one of \(known), each also with .gz")
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
