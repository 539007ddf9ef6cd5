import KernelInterface

func probePeak(_ kernels: any Kernels, _ digest: inout Digest) {
  digest.add([kernels.multiplyAddChains(count: 29, factor: 0.83, term: 0.71)])
  let count = 1003
  var y = made(60)
  kernels.triad(made(61), made(62), factor: 0.9, into: &y, count: count)
  digest.add(y)
}
