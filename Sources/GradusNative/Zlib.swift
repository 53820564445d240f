// SPDX-License-Identifier: Apache-2.0

/// The functions of zlib, version 1.x, as they were found in one shared library.
///
/// Source: RFC 1951 (deflate), RFC 1952 (gzip).
public struct Zlib: Sendable {
  typealias Start = @convention(c) (UnsafeMutableRawPointer, Int32, UnsafePointer<CChar>, Int32) -> Int32
  typealias StartWriting =
    @convention(c) (
      UnsafeMutableRawPointer, Int32, Int32, Int32, Int32, Int32, UnsafePointer<CChar>, Int32
    ) -> Int32
  typealias Advance = @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32
  typealias Act = @convention(c) (UnsafeMutableRawPointer) -> Int32

  /// For instance `1.2.13`.
  public let version: String
  /// The file or loader name it came from.
  public let path: String
  let inflateStart: Start
  let inflate: Advance
  let inflateReset: Act
  let inflateEnd: Act
  let deflateStart: StartWriting
  let deflate: Advance
  let deflateEnd: Act

  /// Opens zlib and checks that every function is there and that it accepts our layout of its stream.
  public init(_ search: LibrarySearch = .standard) throws(MissingComponent) {
    let library = try NativeComponent.zlib.open(search)
    func need<F>(_ name: String, _ type: F.Type) throws(MissingComponent) -> F {
      if let function = library.function(name, as: type) { return function }
      throw NativeComponent.zlib.missing(because: "found in \(library.path) without the function \(name)")
    }
    let name = try need("zlibVersion", (@convention(c) () -> UnsafePointer<CChar>).self)
    version = String(cString: name())
    path = library.path
    inflateStart = try need("inflateInit2_", Start.self)
    inflate = try need("inflate", Advance.self)
    inflateReset = try need("inflateReset", Act.self)
    inflateEnd = try need("inflateEnd", Act.self)
    deflateStart = try need("deflateInit2_", StartWriting.self)
    deflate = try need("deflate", Advance.self)
    deflateEnd = try need("deflateEnd", Act.self)
    // zlib compares the size of its own structure with the one it is told, so a foreign layout is refused here.
    guard GzipInflater(self, limit: 0) != nil else {
      throw NativeComponent.zlib.missing(because: "found in \(library.path) with another layout (version \(version))")
    }
  }

  /// True when the bytes begin as every gzip file does.
  public static func isGzip(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

  /// The whole of a gzip file of one or more members, decompressed; never more than `limit` bytes.
  public func inflated(_ input: UnsafeRawBufferPointer, limit: Int) throws(ZlibError) -> [UInt8] {
    guard let inflater = GzipInflater(self, limit: limit) else { throw .outOfMemory }
    var output: [UInt8] = []
    output.reserveCapacity(expectedSize(of: input, limit: limit))
    try inflater.consume(input) { output.append(contentsOf: $0) }
    try inflater.finish()
    return output
  }

  /// The whole of a gzip file of one or more members, decompressed; never more than `limit` bytes.
  public func inflated(_ input: [UInt8], limit: Int) throws(ZlibError) -> [UInt8] {
    guard let inflater = GzipInflater(self, limit: limit) else { throw .outOfMemory }
    var output: [UInt8] = []
    try input.span.withUnsafeBytes { bytes throws(ZlibError) in
      output.reserveCapacity(expectedSize(of: bytes, limit: limit))
      try inflater.consume(bytes) { output.append(contentsOf: $0) }
    }
    try inflater.finish()
    return output
  }

  /// A gzip file with one member that holds `input`, without a name or a time, so that equal inputs give equal files.
  public func deflated(_ input: [UInt8], level: Int = 6) throws(ZlibError) -> [UInt8] {
    guard let deflater = GzipDeflater(self, level: level) else { throw .outOfMemory }
    var output: [UInt8] = []
    try input.span.withUnsafeBytes { bytes throws(ZlibError) in
      try deflater.consume(bytes) { output.append(contentsOf: $0) }
    }
    try deflater.finish { output.append(contentsOf: $0) }
    return output
  }

  /// The size that the last member states, as far as it is credible: deflate expands at most 1032-fold.
  private func expectedSize(of input: UnsafeRawBufferPointer, limit: Int) -> Int {
    guard input.count >= 18 else { return 0 }
    let stated = (0..<4).reduce(0) { $0 | Int(input[input.count - 4 + $1]) << (8 * $1) }
    return min(stated, limit, input.count * 1032)
  }
}

/// zlib's stream structure on 64-bit systems: unchanged since 1995 and checked by zlib itself through its size.
struct ZStream {
  var input: UnsafePointer<UInt8>?
  var inputCount: UInt32 = 0
  var inputTotal: UInt = 0
  var output: UnsafeMutablePointer<UInt8>?
  var outputCount: UInt32 = 0
  var outputTotal: UInt = 0
  var message: UnsafePointer<CChar>?
  var state: UnsafeMutableRawPointer?
  var allocate: UnsafeMutableRawPointer?
  var release: UnsafeMutableRawPointer?
  var opaque: UnsafeMutableRawPointer?
  var dataType: Int32 = 0
  var check: UInt = 0
  var reserved: UInt = 0

  static let finished: Int32 = 1
  static let noProgress: Int32 = -5
  static let outOfMemory: Int32 = -4
}
