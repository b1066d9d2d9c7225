/** The last part of an image's name: `nginx` of `registry:5000/library/nginx:1.27`. */
export function nameOfImage(image: string): string {
  const name = image.trim().split('@', 1)[0] ?? '';
  const last = name.slice(name.lastIndexOf('/') + 1);
  return (last.split(':', 1)[0] ?? last).replaceAll('.', '-');
}
