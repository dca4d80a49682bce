/**
 * Reads a QR code out of a picture: by the browser's own detector where there is one, else by jsQR, which is loaded only then.
 */
type Picture = HTMLVideoElement

interface Detector {
  detect(picture: Picture): Promise<{ rawValue: string }[]>
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}

export type ReadQrCode = (picture: Picture) => Promise<string | null>

async function ownDetector(): Promise<ReadQrCode | null> {
  const Class = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  if (!Class || !(await Class.getSupportedFormats()).includes('qr_code')) return null
  const detector = new Class({ formats: ['qr_code'] })
  return async (picture) => (await detector.detect(picture))[0]?.rawValue ?? null
}

async function scriptedDetector(): Promise<ReadQrCode> {
  const { default: jsQR } = await import('jsqr')
  const canvas = document.createElement('canvas')
  return async (picture) => {
    const { videoWidth: width, videoHeight: height } = picture
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (!context || width === 0) return null
    canvas.width = width
    canvas.height = height
    context.drawImage(picture, 0, 0)
    return jsQR(context.getImageData(0, 0, width, height).data, width, height)?.data ?? null
  }
}

export const makeQrReader = async (): Promise<ReadQrCode> => (await ownDetector()) ?? (await scriptedDetector())
