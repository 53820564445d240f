// SPDX-License-Identifier: Apache-2.0
public import GradusCore
internal import GradusNative

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension ModelFile {
  /// Writes `form` to `path` in the format that the extension names, compressed when `.gz` stands behind it.
  ///
  /// The text is written beside the old file and takes its place when it is complete.
  /// - Returns: what the file does not hold, or holds in another form.
  /// - Throws: `WriteError` when the format cannot state the problem or the disk refuses; `MissingComponent` when zlib is
  ///   needed and missing.
  @discardableResult
  public static func write(_ form: StandardForm, to path: String) throws -> [ConversionLoss] {
    guard let format = ModelFormat(path: path) else {
      let known = knownExtensions.map { ".\($0)" }.joined(separator: ", ")
      throw WriteError(
        file: path, cause: "the extension .\(fileExtension(of: path).format) is unknown",
        remedy: "use one of \(known), each also with .gz")
    }
    var (bytes, losses) = try text(of: form, format: format, path: path)
    if fileExtension(of: path).isCompressed { bytes = try Zlib().deflated(bytes) }
    try save(bytes, to: path)
    return losses
  }

  /// The text of `form` in `format`, and what it does not hold; `path` is what errors call it.
  public static func text(
    of form: StandardForm, format: ModelFormat, path: String = "output"
  ) throws(WriteError) -> (bytes: [UInt8], losses: [ConversionLoss]) {
    switch format {
    case .mps: try MPSWriter.write(form, file: path)
    case .lp: try LPWriter.write(form, file: path)
    }
  }

  /// Puts `bytes` into a file beside `path` and renames it; devices and pipes are written directly.
  package static func save(_ bytes: [UInt8], to path: String) throws(WriteError) {
    var status = stat()
    let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    let target = isSpecial ? path : path + ".partial"
    let descriptor = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    var done = 0
    var code: Int32 = 0
    bytes.withUnsafeBytes { raw in
      while done < raw.count, let base = raw.baseAddress {
        let count = writeBytes(descriptor, base + done, raw.count - done)
        if count < 0 {
          if errno == EINTR { continue }
          code = errno
          return
        }
        done += count
      }
    }
    if close(descriptor) != 0, code == 0 { code = errno }
    if code == 0, !isSpecial, rename(target, path) != 0 { code = errno }
    if code != 0 {
      if !isSpecial { unlink(target) }
      errno = code
      throw failure(path)
    }
  }

  private static func failure(_ path: String) -> WriteError {
    WriteError(file: path, cause: String(cString: strerror(errno)), remedy: "choose a place that can be written")
  }
}

/// The system's `write`, which the methods of the same name above would hide.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
